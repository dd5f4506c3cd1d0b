// The bytes on disk. If one of these tests fails, data that users have written cannot be read any more: then
// it is a new format, with a new kStoreFormat and a way to get there.
#include "shard/records.h"

#include <gtest/gtest.h>

#include "record_samples.h"

namespace dray::shard {
namespace {

using test::hex;
using test::kMessageBytes;
using test::message;

TEST(Records, AMessage) {
    EXPECT_EQ(hex(encode(*message())), kMessageBytes);
    EXPECT_EQ(hex(encode(*message(Instant{0x0102}))).substr(0, 18),
              "1e"  // ... and it expires
              "0201000000000000");
    const session::MessageRef again = decode_message(encode(*message(Instant{0x0102030405})));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->topic(), "a/b");
    EXPECT_EQ(as_text(again->payload()), "hello");
    EXPECT_EQ(again->properties().text(mqtt::PropertyId::kContentType), "c");
    EXPECT_EQ(again->qos(), mqtt::QoS::kExactlyOnce);
    EXPECT_TRUE(again->retain());
    EXPECT_EQ(again->expires_at(), Instant{0x0102030405});
}

TEST(Records, ASession) {
    SessionRecord record;
    record.number = 0x0102;
    record.expiry_s = 3600;
    record.is_connected = false;
    record.ends_at = Instant{1000};
    record.sent_up_to = 9;
    record.user_name = "u";
    record.will = {5, kNever, message()};
    const std::string bytes = encode(record);
    EXPECT_EQ(hex(bytes), std::string("0201000000000000"
                                      "100e0000"
                                      "02"
                                      "e803000000000000"
                                      "0900000000000000"
                                      "01000000"
                                      "75"
                                      "05000000"
                                      "ffffffffffffffff") +
                              std::string(kMessageBytes));
    const auto again = decode_session(bytes);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->number, record.number);
    EXPECT_EQ(again->expiry_s, record.expiry_s);
    EXPECT_EQ(again->ends_at, record.ends_at);
    EXPECT_EQ(again->sent_up_to, record.sent_up_to);
    EXPECT_EQ(again->user_name, record.user_name);
    EXPECT_EQ(again->will->delay_s, 5);
    EXPECT_EQ(again->will->message->topic(), "a/b");
    EXPECT_EQ(encode(*again), bytes);
}

TEST(Records, ASubscription) {
    const SubscriptionRecord record{{mqtt::QoS::kExactlyOnce, true, true, mqtt::RetainHandling::kDoNotSend},
                                    77};
    EXPECT_EQ(hex(encode(record)), "2e4d000000");
    const auto again = decode_subscription(encode(record));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->options, record.options);
    EXPECT_EQ(again->id, 77);
}

session::Held held() {
    session::Held held;
    held.message = message();
    held.qos = mqtt::QoS::kAtLeastOnce;
    held.retain = true;
    held.subscription_id = 5;
    held.more_subscription_ids = session::Message::make_raw("\x0b\x06");
    return held;
}

TEST(Records, APageOfMessages) {
    session::Held elsewhere = held();
    elsewhere.qos = mqtt::QoS::kExactlyOnce;
    elsewhere.retain = false;
    elsewhere.more_subscription_ids = {};
    elsewhere.body = 0x0102;
    std::string page;
    append_entry(page, held());
    append_nothing(page);
    append_entry(page, elsewhere);
    EXPECT_EQ(hex(page), std::string("1e000000"  // its length
                                     "1d"        // QoS 1, retain, identifier, more of them
                                     "05000000"
                                     "02000000"
                                     "0b06") +
                             std::string(kMessageBytes) +
                             "00000000"  // nothing
                             "0d000000"
                             "2a"  // QoS 2, identifier, the message is a body
                             "05000000"
                             "0201000000000000");
    const auto again = decode_page(page);
    ASSERT_TRUE(again);
    ASSERT_EQ(again->size(), 3);
    EXPECT_EQ((*again)[0]->message->topic(), "a/b");
    EXPECT_EQ((*again)[0]->body, 0);
    EXPECT_FALSE((*again)[1]);
    EXPECT_FALSE((*again)[2]->message);
    EXPECT_EQ((*again)[2]->body, 0x0102);
    std::string rewritten;
    append_entry(rewritten, *(*again)[0]);
    append_nothing(rewritten);
    append_entry(rewritten, *(*again)[2]);
    EXPECT_EQ(rewritten, page);
}

TEST(Records, WhatIsLeftOfAPage) {
    const std::string bytes = encode(ProgressRecord{0x0102, 0x02});
    EXPECT_EQ(hex(bytes),
              "0201000000000000"
              "0200000000000000");
    const auto again = decode_progress(bytes);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->live, 0x0102);
    EXPECT_EQ(again->released, 0x02);
}

TEST(Records, TheHoldersOfABody) {
    EXPECT_EQ(hex(encode_holders(0x0102)), "02010000");
    EXPECT_EQ(decode_holders(encode_holders(7)), 7);
    EXPECT_FALSE(decode_holders(encode_holders(0))) << "then it would be gone";
}

TEST(Records, KeysSortAsTheirNumbersDo) {
    EXPECT_EQ(hex(key_of(0x0102, std::uint64_t{3})),
              "0000000000000102"
              "0000000000000003");
    EXPECT_EQ(hex(key_of(1, mqtt::PacketId{0x0203})),
              "0000000000000001"
              "0203");
    EXPECT_EQ(key_of(1, std::string_view("a/#")), key_of(1) + "a/#");
    EXPECT_LT(key_of(1, std::uint64_t{255}), key_of(1, std::uint64_t{256}));
    EXPECT_LT(key_of(255, std::uint64_t{9}), key_of(256, std::uint64_t{1}));
    const std::string key = key_of(0x0102, std::string_view("a/#"));
    const auto parts = parse_session_key(key);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->session, 0x0102);
    EXPECT_EQ(parts->rest, "a/#");
}

TEST(Records, WhatIsCutOffOrTooLongIsNotUnderstood) {
    SessionRecord session;
    session.user_name = "user";
    std::string page;
    append_entry(page, held());
    const std::string as_session = encode(session);
    const std::string as_subscription = encode(SubscriptionRecord{});
    const std::string as_progress = encode(ProgressRecord{1, 1});
    for (std::size_t cut = 0; cut < as_session.size(); ++cut) {
        EXPECT_FALSE(decode_session(std::string_view(as_session).substr(0, cut))) << cut;
    }
    for (std::size_t cut = 0; cut < as_subscription.size(); ++cut) {
        EXPECT_FALSE(decode_subscription(std::string_view(as_subscription).substr(0, cut))) << cut;
    }
    for (std::size_t cut = 0; cut < as_progress.size(); ++cut) {
        EXPECT_FALSE(decode_progress(std::string_view(as_progress).substr(0, cut))) << cut;
    }
    for (std::size_t cut = 0; cut < page.size(); ++cut) {
        EXPECT_FALSE(decode_page(std::string_view(page).substr(0, cut))) << cut;
    }
    EXPECT_FALSE(decode_session(as_session + "x"));
    EXPECT_FALSE(decode_subscription(as_subscription + "x"));
    EXPECT_FALSE(decode_progress(as_progress + "x"));
    EXPECT_FALSE(decode_page(page + "x"));
    EXPECT_FALSE(decode_page(std::string("\x09\0\0\0\x61xxxxxxxx", 13))) << "an unknown flag";
    EXPECT_FALSE(decode_message("\x03"));
}

TEST(Records, APageHasAtMost64Messages) {
    std::string page;
    for (int i = 0; i < 64; ++i) append_nothing(page);
    EXPECT_TRUE(decode_page(page));
    append_nothing(page);
    EXPECT_FALSE(decode_page(page));
}

TEST(Records, AMessageWithDamagedPropertiesOrTopicIsNotUnderstood) {
    const std::string good = encode(*message());
    const std::size_t properties = good.find("\x03\x00\x01");
    ASSERT_NE(properties, good.npos);
    std::string unknown = good;
    unknown[properties] = '\x7d';
    EXPECT_FALSE(decode_message(unknown));
    std::string of_another_packet = good;
    of_another_packet.replace(properties, 4, std::string("\x21\x00\x01\x01", 4));  // Receive Maximum
    EXPECT_FALSE(decode_message(of_another_packet));
    std::string wildcard = good;
    wildcard[good.find("a/b")] = '#';
    EXPECT_FALSE(decode_message(wildcard));
}

}  // namespace
}  // namespace dray::shard
