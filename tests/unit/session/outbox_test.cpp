#include "session/outbox.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/random.h"
#include "mqtt/decode.h"

namespace dray::session {
namespace {

using mqtt::ProtocolVersion;

std::string gathered(const Outbox& outbox, std::size_t scratch = 4096) {
    GatherBatch batch(scratch);
    outbox.gather(batch);
    std::string bytes;
    for (const ByteView piece : batch.pieces()) bytes += as_text(piece);
    EXPECT_EQ(bytes.size(), batch.bytes());
    return bytes;
}

Delivery delivery(std::string_view topic, const std::string& payload, int qos = 0) {
    mqtt::Publish publish;
    publish.qos = static_cast<mqtt::QoS>(qos);
    publish.payload = as_bytes(payload);
    Delivery result;
    result.message = Message::make(publish, topic, {});
    result.qos = publish.qos;
    result.root = RootIndex{7};
    if (qos > 0) result.packet_id = mqtt::PacketId{7};
    return result;
}

TEST(Outbox, WritesAPublishAsTheSpecificationHasIt) {
    Outbox outbox(ProtocolVersion::kV311);
    outbox.push_publish(delivery("a/b", "hi", 1));
    EXPECT_EQ(gathered(outbox), std::string("\x32\x09\x00\x03"
                                            "a/b\x00\x07hi",
                                            11));
}

TEST(Outbox, AddsExpiryAndSubscriptionIdentifiersBeforeTheMessagesOwnProperties) {
    Outbox outbox(ProtocolVersion::kV5);
    mqtt::PropertyList own;
    own.add_user("k", "v");
    mqtt::Publish publish;
    publish.properties = own.view();
    Delivery each;
    each.message = Message::make(publish, "t", {});
    each.expiry_s = 9;
    each.subscription_id = 200;
    outbox.push_publish(each);
    const std::string bytes = gathered(outbox);
    EXPECT_EQ(bytes.size(), outbox.encoded_size(each));
    const auto frame = mqtt::next_frame(as_bytes(bytes), 1000);
    ASSERT_EQ(frame.status, mqtt::FrameStatus::kDone);
    const auto packet = mqtt::decode_publish(frame.frame, ProtocolVersion::kV5);
    ASSERT_TRUE(packet.has_value());
    EXPECT_EQ(packet->properties.integer(mqtt::PropertyId::kMessageExpiryInterval), 9U);
    EXPECT_EQ(packet->properties.integer(mqtt::PropertyId::kSubscriptionIdentifier), 200U);
    EXPECT_EQ(packet->properties.text(mqtt::PropertyId::kUserProperty), "k");
}

// Whatever a socket takes of each gathering, the stream of bytes is the same.
TEST(Outbox, ShortWritesAnywhereGiveTheSameBytes) {
    const char* text = std::getenv("DRAY_SEED");
    const std::uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
    Random random(seed);
    Outbox whole(ProtocolVersion::kV5);
    Outbox cut(ProtocolVersion::kV5);
    for (int i = 0; i < 100; ++i) {
        const std::string payload(random.below(6000), static_cast<char>('a' + i % 26));
        for (Outbox* outbox : {&whole, &cut}) {
            outbox->push_short(std::string_view("\xD0\x00", 2));
            outbox->push_publish(delivery("some/topic", payload, i % 2));
            outbox->push(mqtt::Suback{mqtt::PacketId{3}, {}, std::vector<mqtt::ReasonCode>(20)});
        }
    }
    std::string expected;
    while (!whole.empty()) {
        const std::string bytes = gathered(whole, 1 << 20);
        whole.consume(bytes.size(), [](RootIndex) {});
        expected += bytes;
    }
    std::string got;
    while (!cut.empty()) {
        std::string bytes = gathered(cut);
        bytes.resize(1 + random.below(bytes.size()));
        cut.consume(bytes.size(), [](RootIndex) {});
        got += bytes;
    }
    EXPECT_EQ(got, expected) << "seed " << seed;
    EXPECT_EQ(cut.bytes(), 0);
}

TEST(Outbox, OverWebSocketEachPacketIsAFrameOfItsOwn) {
    Outbox outbox(ProtocolVersion::kV311);
    outbox.use_websocket_frames();
    outbox.push_short(std::string_view("\xD0\x00", 2));
    outbox.push_publish(delivery("t", "x"));
    EXPECT_EQ(gathered(outbox), std::string("\x82\x02\xD0\x00\x82\x06\x30\x04\x00\x01"
                                            "tx",
                                            12));
    // Every length at which the frame's header grows, cut anywhere.
    for (const std::size_t payload :
         {118U, 119U, 120U, 121U, 122U, 65'520U, 65'527U, 65'528U, 65'529U, 65'530U, 70'000U}) {
        Outbox long_one(ProtocolVersion::kV311);
        long_one.use_websocket_frames();
        long_one.push_publish(delivery("t", std::string(payload, 'x')));
        const std::string whole = gathered(long_one, 1 << 20);
        ASSERT_EQ(whole.size(), long_one.bytes());
        const auto second = static_cast<unsigned char>(whole[1]);
        std::size_t length = second;
        std::size_t header = 2;
        if (second >= 126) {
            header = second == 126 ? 4 : 10;
            length = 0;
            for (std::size_t i = 2; i < header; ++i)
                length = length << 8 | static_cast<unsigned char>(whole[i]);
        }
        EXPECT_EQ(header + length, whole.size()) << payload;
        long_one.consume(3, [](RootIndex) {});
        EXPECT_EQ(gathered(long_one, 1 << 20), whole.substr(3)) << payload;
    }
}

TEST(Outbox, APacketLongerThanTheScratchBlockStillLeaves) {
    Outbox outbox(ProtocolVersion::kV311);
    const std::string topic(60'000, 't');
    outbox.push_publish(delivery(topic, "x"));
    EXPECT_EQ(gathered(outbox, 1024).size(), outbox.bytes());
}

// The block is filled to its last bytes, and what an older client is not sent needs no room in it.
TEST(Outbox, PropertiesThatAreNotSentNeedNoRoom) {
    mqtt::PropertyList own;
    own.add_user("name", std::string(200, 'v'));
    mqtt::Publish publish;
    publish.properties = own.view();
    Delivery each;
    each.message = Message::make(publish, "t", {});
    for (std::size_t scratch = 60; scratch < 400; ++scratch) {
        Outbox outbox(ProtocolVersion::kV311);
        for (int i = 0; i < 100; ++i) outbox.push_publish(each);
        EXPECT_LE(gathered(outbox, scratch).size(), scratch);
    }
}

TEST(Outbox, CountsQoS0OnlyWhenItsLastByteHasLeft) {
    Outbox outbox(ProtocolVersion::kV311);
    outbox.push_publish(delivery("t", "x"));
    outbox.push_publish(delivery("t", "x", 1));
    const std::size_t first = outbox.encoded_size(delivery("t", "x"));
    std::vector<RootIndex> roots;
    const auto note = [&roots](RootIndex root) { roots.push_back(root); };
    outbox.consume(first - 1, note);
    EXPECT_TRUE(roots.empty());
    outbox.consume(1, note);
    EXPECT_EQ(roots, std::vector<RootIndex>{RootIndex{7}});
    outbox.discard_all(note);
    EXPECT_EQ(roots.size(), 1U);
}

}  // namespace
}  // namespace dray::session
