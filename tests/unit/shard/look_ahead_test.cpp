// With so many filters that messages are looked at before they are handled: whatever comes, they are handled
// as ever.
#include "mqtt/encode.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

using mqtt::PropertyId;
using mqtt::PropertyList;

constexpr int kFilters = 12'000;

std::string filter(int i) {
    return "many/" + std::to_string(i % 100) + "/" + std::to_string(i);
}

class LookAhead : public EachShardCount {
  protected:
    // It subscribes to all but each seventh.
    static void subscribe_to_many(Client& client) {
        client.sends(connect("taker")).gets(connack());
        for (int begin = 0; begin < kFilters; begin += 1000) {
            std::vector<std::string> filters;
            for (int i = begin; i < begin + 1000; ++i) {
                if (i % 7 != 0) filters.push_back(filter(i));
            }
            mqtt::Subscribe packet;
            packet.packet_id = PacketId(1);
            for (const std::string& each : filters)
                packet.requests.push_back({.filter = each, .options = {}});
            client.sends(packet).takes<mqtt::Suback>();
        }
    }
    static void add(std::string& bytes, const mqtt::Packet& packet) { mqtt::encode(packet, kV5, bytes); }
};
INSTANTIATE_TEST_SUITE_P(Each, LookAhead, testing::Values(1, 2, 4), shard_count_name);

TEST_P(LookAhead, ManyInOneReadAreHandledInTheirOrder) {
    World world(options());
    Client& taker = world.client("taker");
    subscribe_to_many(taker);
    std::string bytes;
    std::vector<std::string> expected;
    PropertyList alias;
    alias.add(PropertyId::kTopicAlias, 1U);
    for (int i = 0; i < 300; ++i) {
        const int number = i * 37 % kFilters;
        const std::string topic = filter(number);
        mqtt::Publish packet = publish(topic, "", 0);
        const std::string payload = std::to_string(i);
        packet.payload = as_bytes(payload);
        add(bytes, packet);
        if (number % 7 != 0) expected.push_back(topic + " " + payload);
        if (i % 5 == 0) add(bytes, mqtt::Pingreq{});
        if (i % 11 == 0) add(bytes, publish("nobody/takes/this", "x"));
        if (i % 13 != 0) continue;
        const std::string by_alias = filter(1);
        mqtt::Publish with_alias = publish(by_alias, "defined");
        with_alias.properties = alias.view();
        add(bytes, with_alias);
        with_alias.topic = "";
        with_alias.payload = as_bytes(std::string_view("used"));
        add(bytes, with_alias);
        expected.push_back(by_alias + " defined");
        expected.push_back(by_alias + " used");
    }
    Client& publisher = world.client("publisher");
    publisher.sends(connect("publisher", kV5)).takes<mqtt::Connack>();
    const std::size_t part = bytes.size() / 2 + 3;  // in the midst of a packet
    publisher.sends_bytes(std::string_view(bytes).substr(0, part));
    publisher.sends_bytes(std::string_view(bytes).substr(part));
    std::vector<std::string> got;
    for (const mqtt::Packet& packet : taker.takes_all()) {
        const auto& message = std::get<mqtt::Publish>(packet);
        got.push_back(std::string(message.topic) + " " + std::string(as_text(message.payload)));
    }
    EXPECT_EQ(got, expected);
    EXPECT_EQ(publisher.takes_all().size(), 60U) << "PINGRESP";
}

// What is wrong there is not found before its turn.
TEST_P(LookAhead, WhatComesBeforeAMalformedPacketIsHandled) {
    World world(options());
    Client& taker = world.client("taker");
    subscribe_to_many(taker);
    Client& publisher = world.client("publisher");
    publisher.sends(connect("publisher", kV5)).takes<mqtt::Connack>();
    std::string bytes;
    add(bytes, publish(filter(1), "good"));
    add(bytes, publish(filter(2), "good"));
    bytes += std::string_view("\x30\x04\xff\xff", 4);  // its topic would end behind all that came
    bytes += "ab";
    publisher.sends_bytes(bytes);
    publisher.takes<mqtt::Disconnect>();
    publisher.is_closed();
    EXPECT_EQ(taker.takes_all().size(), 2U);
}

}  // namespace
}  // namespace dray::test
