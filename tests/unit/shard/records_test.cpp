// The bytes on disk. If one of these tests fails, data that users have written cannot be read any more: then
// it is a new format, with a new kStoreFormat and a way to get there.
#include "shard/records.h"

#include <gtest/gtest.h>

namespace dray::shard {
namespace {

std::string hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return text;
}

const mqtt::PropertyList& content_type() {
    static const mqtt::PropertyList kList = mqtt::PropertyList().add(mqtt::PropertyId::kContentType, "c");
    return kList;
}

session::MessageRef message(Instant expires_at = kNever) {
    mqtt::Publish publish;
    publish.qos = mqtt::QoS::kExactlyOnce;
    publish.retain = true;
    publish.payload = as_bytes("hello");
    publish.properties = content_type().view();
    return session::Message::make(publish, "a/b", {7, expires_at});
}

constexpr std::string_view kMessageBytes =
    "06"                // QoS 2, retain
    "ffffffffffffffff"  // never expires
    "03000000"
    "612f62"  // topic
    "04000000"
    "03000163"     // properties
    "68656c6c6f";  // payload

TEST(Records, AMessage) {
    EXPECT_EQ(hex(encode(*message())), kMessageBytes);
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

TEST(Records, AMessageOnItsWay) {
    EntryRecord record;
    record.held.message = message();
    record.held.qos = mqtt::QoS::kAtLeastOnce;
    record.held.retain = true;
    record.held.subscription_id = 5;
    record.held.more_subscription_ids = session::Message::make_raw("\x0b\x06");
    const std::string bytes = encode(record);
    EXPECT_EQ(hex(bytes), std::string("00"
                                      "05"
                                      "05000000"
                                      "02000000"
                                      "0b06") +
                              std::string(kMessageBytes));
    const auto again = decode_entry(bytes);
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->released);
    EXPECT_EQ(encode(*again), bytes);

    EXPECT_EQ(hex(encode(EntryRecord{true, {}})), "01");
    EXPECT_TRUE(decode_entry("\x01")->released);
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
    EntryRecord entry;
    entry.held.message = message();
    entry.held.qos = mqtt::QoS::kAtLeastOnce;
    const std::string as_session = encode(session);
    const std::string as_subscription = encode(SubscriptionRecord{});
    const std::string as_entry = encode(entry);
    for (std::size_t cut = 0; cut < as_session.size(); ++cut) {
        EXPECT_FALSE(decode_session(std::string_view(as_session).substr(0, cut))) << cut;
    }
    for (std::size_t cut = 0; cut < as_subscription.size(); ++cut) {
        EXPECT_FALSE(decode_subscription(std::string_view(as_subscription).substr(0, cut))) << cut;
    }
    for (std::size_t cut = 0; cut < as_entry.size() - std::string_view("hello").size(); ++cut) {
        EXPECT_FALSE(decode_entry(std::string_view(as_entry).substr(0, cut))) << cut;
    }
    EXPECT_FALSE(decode_session(as_session + "x"));
    EXPECT_FALSE(decode_subscription(as_subscription + "x"));
    EXPECT_FALSE(decode_entry("\x01x"));
    EXPECT_FALSE(decode_entry("\x02"));
    EXPECT_FALSE(decode_message("\x03"));
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
