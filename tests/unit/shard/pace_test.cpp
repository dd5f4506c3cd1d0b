// Clients that send faster than they may: they are slowed down, and what they send is not lost.
#include "shard/pace.h"

#include "shard_clients.h"

namespace dray::test {
namespace {

using namespace std::chrono_literals;

DRAY_EACH_SHARD_COUNT(PaceOfClients);

void publishes(World& world, int first, int last) {
    for (int i = first; i <= last; ++i) world.client("in").says(publish("t", std::to_string(i)));
    world.run();
}

void gets(World& world, int first, int last) {
    for (int i = first; i <= last; ++i) world.client("out").gets(publish("t", std::to_string(i)));
    world.client("out").gets_nothing();
}

TEST_P(PaceOfClients, WhoPublishesTooFastIsReadLater) {
    WorldOptions limited = options();
    limited.limits.client_messages_per_s_max = 10;
    World world(limited);
    subscriber(world, "out", "t", 0);
    publisher(world, "in");
    publishes(world, 1, 25);
    gets(world, 1, 10);
    world.advance(1s);
    gets(world, 11, 20);
    world.advance(1s);
    gets(world, 21, 25);
    world.client("in").is_open();
    EXPECT_GT(world.statistics().reading_paused, 0u);
    EXPECT_EQ(world.statistics().clients_too_fast, 0u);
}

TEST_P(PaceOfClients, BytesCountWhateverPacketTheyAreIn) {
    WorldOptions limited = options();
    limited.limits.client_bytes_per_s_max = 1000;
    World world(limited);
    subscriber(world, "out", "t", 0);
    publisher(world, "in");
    const std::string large(3000, 'x');
    world.client("in").sends(publish("t", large)).sends(publish("t", "behind"));
    world.client("out").gets(publish("t", large)).gets_nothing();
    world.advance(1s);
    world.client("out").gets_nothing();
    world.advance(2s);
    world.client("out").gets(publish("t", "behind"));
}

TEST_P(PaceOfClients, NobodyElseWaits) {
    WorldOptions limited = options();
    limited.limits.client_messages_per_s_max = 10;
    World world(limited);
    subscriber(world, "out", "t", 0);
    publisher(world, "in");
    publisher(world, "other");
    publishes(world, 1, 25);
    gets(world, 1, 10);
    world.client("other").sends(publish("t", "at once"));
    world.client("out").gets(publish("t", "at once"));
}

TEST_P(PaceOfClients, KeepAliveDoesNotRunWhileAClientIsNotRead) {
    WorldOptions limited = options();
    limited.limits.client_bytes_per_s_max = 100;
    World world(limited);
    mqtt::Connect packet = connect("in");
    packet.keep_alive_s = 1;
    world.client("in").sends(packet).gets(connack());
    world.client("in").sends(publish("t", std::string(1000, 'x'))).sends(mqtt::Pingreq{});
    world.client("in").gets_nothing();
    world.advance(8s);
    world.client("in").is_open();
    world.advance(2s);
    world.client("in").gets(mqtt::Pingresp{});
    world.advance(2s);
    world.client("in").is_closed();
}

TEST_P(PaceOfClients, WhoStaysTooFastIsClosedAndToldWhy) {
    WorldOptions limited = options();
    limited.limits.client_messages_per_s_max = 10;
    limited.limits.client_beyond_rate_ms_max = 3000;
    World world(limited);
    publisher(world, "in", kV5);
    publishes(world, 1, 25);
    world.advance(5s);
    world.client("in").is_open();  // it had a pause
    publishes(world, 1, 100);
    world.advance(2s);
    world.client("in").is_open();
    world.advance(2s);
    world.client("in").gets(mqtt::Disconnect{ReasonCode::kMessageRateTooHigh, {}}).is_closed();
    EXPECT_EQ(world.statistics().clients_too_fast, 1u);
}

}  // namespace
}  // namespace dray::test
