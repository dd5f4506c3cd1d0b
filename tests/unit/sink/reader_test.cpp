#include "sink/reader.h"

#include <gtest/gtest.h>

#include <vector>

#include "mqtt/decode.h"
#include "mqtt/encode.h"

namespace dray::sink {
namespace {

using mqtt::ReasonCode;

constexpr auto kVersion = mqtt::ProtocolVersion::kV5;

// A reader and, by hand, the broker at the other end of its connection.
class World : public ReaderEvents {
  public:
    World() {
        reader_.opened();
        sends(mqtt::Connack{});
        sends(mqtt::Suback{mqtt::PacketId{65'535}, {}, {ReasonCode::kGrantedQoS1}});
        said();
    }

    void sends(const mqtt::Packet& packet) {
        std::string bytes;
        mqtt::encode(packet, kVersion, bytes);
        reader_.receive(as_bytes(bytes));
    }
    void message(std::uint16_t id, std::uint64_t offset, std::string_view payload = "x") {
        mqtt::PropertyList marks;
        marks.add_user("stream-offset", "7");  // a publisher's own
        marks.add_user("stream-offset", std::to_string(offset));
        marks.add_user("stream-time", "2026-03-01T12:00:00.000Z");
        sends(mqtt::Publish{.qos = mqtt::QoS::kAtLeastOnce,
                            .topic = "orders/1",
                            .packet_id = mqtt::PacketId{id},
                            .properties = marks.view(),
                            .payload = as_bytes(payload)});
    }
    // What the reader has said since, a word for a packet.
    std::string said() {
        std::string words;
        const std::string output(reader_.output());
        reader_.sent(output.size());
        for (ByteView rest = as_bytes(output); !rest.empty();) {
            const auto found = mqtt::next_frame(rest, 1'000'000, kVersion);
            const auto packet = mqtt::decode(found.frame, kVersion);
            if (const auto* puback = std::get_if<mqtt::Puback>(&*packet))
                words += "ack" + std::to_string(static_cast<unsigned>(puback->packet_id)) + ' ';
            if (const auto* publish = std::get_if<mqtt::Publish>(&*packet)) {
                words += std::string(publish->topic) + ' ';
                published_ = static_cast<std::uint16_t>(publish->packet_id);
                for (const mqtt::Property& property : publish->properties) {
                    if (property.text == "dead-letter-reason") words += std::string(property.value) + ' ';
                }
            }
            rest = rest.subspan(found.frame.size);
        }
        return words;
    }
    void answers(ReasonCode reason) { sends(mqtt::Puback{{mqtt::PacketId{published_}, reason, {}}}); }
    // Gives the next, and returns its offset; 0 = none waits.
    std::uint64_t gives() {
        const auto record = reader_.next();
        if (!record) return 0;
        again_ = reader_.give_next();
        return record->offset;
    }
    bool again() const { return again_; }
    Reader& reader() { return reader_; }
    std::string events;

  private:
    void on_buried(Ticket ticket) override { events += "buried " + std::to_string(ticket); }
    void on_not_buried(Ticket ticket, std::string_view why) override {
        events += "not buried " + std::to_string(ticket) + ": " + std::string(why);
    }

    Reader reader_{{.sink = "s",
                    .client_id = "$sink.s",
                    .filter = "$stream/events/earliest",
                    .dead_letter_prefix = "sink/s/refused/"},
                   *this};
    std::uint16_t published_ = 0;
    bool again_ = false;
};

TEST(SinkReader, AcknowledgesWhatIsConfirmedAndNothingElse) {
    World world;
    EXPECT_TRUE(world.reader().is_up());
    world.message(1, 10);
    world.message(2, 11);
    world.message(3, 12);
    EXPECT_EQ(world.gives(), 10u);
    EXPECT_EQ(world.gives(), 11u);
    EXPECT_EQ(world.said(), "");
    world.reader().acknowledge(2);
    EXPECT_EQ(world.said(), "ack2 ");
    EXPECT_EQ(world.reader().position(), 10u);
    world.reader().acknowledge(1);
    EXPECT_EQ(world.said(), "ack1 ");
    EXPECT_EQ(world.reader().position(), 12u);
    EXPECT_EQ(world.reader().held(), 1u);
    EXPECT_EQ(world.gives(), 12u);
    EXPECT_EQ(world.gives(), 0u);
    world.reader().acknowledge(3);
    EXPECT_EQ(world.reader().position(), 13u);
}

TEST(SinkReader, KnowsTheOffsetAndTimeThatTheBrokerTells) {
    World world;
    world.message(1, 10);
    const auto record = world.reader().next();
    ASSERT_TRUE(record);
    EXPECT_EQ(record->offset, 10u);
    EXPECT_EQ(record->at.ms, 1'772'366'400'000);
    EXPECT_EQ(record->topic, "orders/1");
}

TEST(SinkReader, GivesAgainInOrderWhatWasNotConfirmed) {
    World world;
    for (std::uint16_t id = 1; id <= 4; ++id) world.message(id, id);
    for (int i = 0; i < 3; ++i) world.gives();
    EXPECT_FALSE(world.again());
    world.reader().acknowledge(2);
    EXPECT_EQ(world.reader().given(), 2u);
    world.reader().take_back();
    EXPECT_EQ(world.reader().given(), 0u);
    EXPECT_EQ(world.gives(), 1u);
    EXPECT_TRUE(world.again());
    EXPECT_EQ(world.gives(), 3u);
    EXPECT_TRUE(world.again());
    EXPECT_EQ(world.gives(), 4u);
    EXPECT_FALSE(world.again());
    EXPECT_EQ(world.reader().oldest_given(), 1u);
    EXPECT_EQ(world.reader().newest_given(), 4u);
}

TEST(SinkReader, ForgetsAllWhenItsOwnConnectionIsLost) {
    World world;
    world.message(1, 1);
    world.gives();
    world.reader().closed();
    EXPECT_EQ(world.reader().held(), 0u);
    EXPECT_EQ(world.gives(), 0u);
    world.reader().acknowledge(1);  // too late
    world.reader().opened();
    world.sends(mqtt::Connack{});
    world.message(1, 1);
    EXPECT_EQ(world.gives(), 1u);
    EXPECT_TRUE(world.again());
}

TEST(SinkReader, BuriesWhatIsRefusedBeforeItsPlaceIsPassed) {
    World world;
    world.message(1, 1);
    world.message(2, 2);
    world.gives();
    world.gives();
    world.reader().bury(1, "too large");
    EXPECT_EQ(world.said(), "sink/s/refused/orders/1 too large ");
    world.reader().acknowledge(2);
    EXPECT_EQ(world.said(), "ack2 ");
    world.reader().take_back();
    EXPECT_EQ(world.gives(), 0u);
    world.answers(ReasonCode::kSuccess);
    EXPECT_EQ(world.said(), "ack1 ");
    EXPECT_EQ(world.events, "buried 1");
    EXPECT_EQ(world.reader().held(), 0u);
}

TEST(SinkReader, WhatNoQueueTakesIsNotBuried) {
    World world;
    world.message(1, 1);
    world.gives();
    world.reader().bury(1, "too large");
    world.said();
    world.answers(ReasonCode::kNoMatchingSubscribers);
    EXPECT_EQ(world.said(), "");
    EXPECT_EQ(world.events, "not buried 1: no queue takes sink/s/refused/#");
    world.reader().give_back(1);
    EXPECT_EQ(world.reader().given(), 0u);
    EXPECT_EQ(world.gives(), 1u);
}

TEST(SinkReader, OneThatIsGivenBackComesBeforeWhatWaits) {
    World world;
    for (std::uint16_t id = 1; id <= 4; ++id) world.message(id, id);
    for (int i = 0; i < 3; ++i) world.gives();
    world.reader().give_back(2);
    EXPECT_EQ(world.reader().given(), 2u);
    EXPECT_EQ(world.gives(), 2u);
    EXPECT_EQ(world.gives(), 4u);
    world.reader().give_back(2);
    world.reader().acknowledge(2);  // after all
    EXPECT_EQ(world.gives(), 0u);
    EXPECT_EQ(world.reader().given(), 3u);
}

TEST(SinkReader, ReadsNoMoreThanItMayHold) {
    World world;
    const std::string large(Reader::kHeldBytesMax, 'x');
    world.message(1, 1, large);
    EXPECT_FALSE(world.reader().listens());
    world.gives();
    world.reader().acknowledge(1);
    EXPECT_TRUE(world.reader().listens());
}

TEST(SinkReader, SaysWhyItCannotRead) {
    World world;
    world.reader().closed();
    world.reader().opened();
    world.sends(mqtt::Connack{});
    world.sends(mqtt::Suback{mqtt::PacketId{65'535}, {}, {ReasonCode::kTopicFilterInvalid}});
    EXPECT_EQ(world.reader().fault(),
              "this broker refuses the subscription to $stream/events/earliest: Topic Filter invalid");
    EXPECT_FALSE(world.reader().listens());
}

}  // namespace
}  // namespace dray::sink
