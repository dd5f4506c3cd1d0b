// Retained messages, MQTT 3.1.1 section 3.3.1.3 and 5.0 section 3.3.1.3, where room is short, a client hears
// itself, or the process dies.
#include "shard_counts.h"

namespace dray::test {
namespace {

DRAY_EACH_SHARD_COUNT(Retained);

TEST_P(Retained, WhatTheOutboxHasNoRoomForComesLater) {
    WorldOptions narrow = options();
    narrow.limits.outbox_bytes_max = 1'000;
    World world(narrow);
    world.client("p").sends(connect("p")).gets(connack());
    for (int i = 0; i < 100; ++i)
        world.client("p").sends(retained(publish("r/" + std::to_string(i), std::string(200, 'x'))));
    world.client("s").sends(connect("s")).gets(connack()).stops_reading();
    world.client("s").sends(subscribe(1, "r/+", 0)).reads_again().gets(suback(1, 0));
    world.advance(1ms);
    EXPECT_EQ(world.client("s").takes_all().size(), 100U);
    EXPECT_EQ(world.books().discarded_total(), 0U);
}

TEST_P(Retained, NoLocalIsForThemToo) {
    World world(options());
    Client& client = world.client("c").sends(connect("c", kV5)).gets(connack());
    client.sends(retained(publish("r/own", "x", 1, 1)));
    client.gets(puback(1, ReasonCode::kNoMatchingSubscribers));
    const mqtt::SubscriptionOptions no_local{QoS::kAtLeastOnce, true, false, mqtt::RetainHandling::kSend};
    client.sends(mqtt::Subscribe{PacketId(2), {}, {{"r/+", no_local}}}).gets(suback(2, 1)).gets_nothing();
}

// Its packet id is on disk with it: as a new one it would replace a later message.
void expect_known_after_a_crash(const WorldOptions& options, bool has_taker) {
    WorldOptions with_disk = options;
    with_disk.disk = Disk::kByItself;
    World world(with_disk);
    constexpr int kTopics = 8;  // on several shards
    const auto topic = [](int i) { return "r/" + std::to_string(i); };
    if (has_taker)
        world.client("t")
            .sends(connect("t"))
            .gets(connack())
            .sends(subscribe(1, "r/+", 0))
            .gets(suback(1, 0));
    Client& client = world.client("p").sends(connect_again("p")).gets(connack());
    for (int i = 0; i < kTopics; ++i) {
        client.sends(retained(publish(topic(i), "old", 2, 2 * i + 1))).gets(pubrec(2 * i + 1));
        client.sends(retained(publish(topic(i), "new", 2, 2 * i + 2))).gets(pubrec(2 * i + 2));
    }
    world.crash(options.shards);
    client.sends(connect_again("p")).gets(connack(true));
    for (int i = 0; i < kTopics; ++i)
        client.sends(again(retained(publish(topic(i), "old", 2, 2 * i + 1)))).gets(pubrec(2 * i + 1));
    world.client("s").sends(connect("s")).gets(connack()).sends(subscribe(1, "r/+", 0)).gets(suback(1, 0));
    for (int i = 0; i < kTopics; ++i)
        EXPECT_EQ(as_text(world.client("s").takes<mqtt::Publish>().payload), "new");
}
TEST_P(Retained, AQoS2MessageThatComesAgainAfterACrashIsKnown) {
    expect_known_after_a_crash(options(), false);
    expect_known_after_a_crash(options(), true);
}

}  // namespace
}  // namespace dray::test
