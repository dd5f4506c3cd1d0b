// $SYS/broker/...: mosquitto's names and units, from all shards together.
#include <map>

#include "shard/load_averages.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

DRAY_EACH_SHARD_COUNT(SysTopics);

std::map<std::string, std::string> read_sys(World& world) {
    Client& reader = world.client("reader").sends(connect("reader")).gets(connack());
    reader.sends(subscribe(1, "$SYS/#", 0)).gets(suback(1, 0));
    world.advance(1ms);
    std::map<std::string, std::string> values;
    for (const auto& packet : reader.takes_all()) {
        const auto& message = std::get<mqtt::Publish>(packet);
        values[std::string(message.topic.substr(12))] = as_text(message.payload);
    }
    reader.drops();
    return values;
}

TEST_P(SysTopics, EveryNameOfMosquittoIsThere) {
    WorldOptions with_sys = options();
    with_sys.sys_topics = true;
    World world(with_sys);
    world.advance(20s);
    const auto values = read_sys(world);
    std::vector<std::string> names = {"version",
                                      "uptime",
                                      "clients/total",
                                      "clients/connected",
                                      "clients/active",
                                      "clients/disconnected",
                                      "clients/inactive",
                                      "clients/maximum",
                                      "clients/expired",
                                      "bytes/received",
                                      "bytes/sent",
                                      "messages/received",
                                      "messages/sent",
                                      "messages/stored",
                                      "messages/inflight",
                                      "publish/messages/received",
                                      "publish/messages/sent",
                                      "publish/messages/dropped",
                                      "publish/bytes/received",
                                      "publish/bytes/sent",
                                      "retained messages/count",
                                      "store/messages/count",
                                      "store/messages/bytes",
                                      "subscriptions/count",
                                      "shared_subscriptions/count"};
    for (const char* load : {"messages/received", "messages/sent", "publish/received", "publish/sent",
                             "publish/dropped", "bytes/received", "bytes/sent", "sockets", "connections"}) {
        for (const char* minutes : {"1min", "5min", "15min"}) {
            names.push_back("load/" + std::string(load) + "/" + minutes);
        }
    }
    for (const std::string& name : names) EXPECT_TRUE(values.contains(name)) << name;
    EXPECT_EQ(values.at("uptime"), "20 seconds");
    EXPECT_TRUE(values.at("version").ends_with(" version test"));
}

TEST_P(SysTopics, TheNumbersAreThoseOfAllShards) {
    WorldOptions with_sys = options();
    with_sys.sys_topics = true;
    World world(with_sys);
    for (int i = 0; i < 6; ++i) {
        const std::string name = "c" + std::to_string(i);
        Client& client = world.client(name).sends(connect_again(name)).gets(connack());
        client.sends(subscribe(1, "t", 1)).gets(suback(1, 1));
        client.sends(subscribe(2, "$share/g/u", 1)).gets(suback(2, 1));
    }
    for (const char* name : {"c0", "c1"}) world.client(name).drops();
    world.client("c5").sends(publish("t", "12345", 1, 9));
    world.client("c5").sends(retained(publish("r", "1234567")));
    world.advance(20s);
    const auto values = read_sys(world);
    EXPECT_EQ(values.at("clients/total"), "6");
    EXPECT_EQ(values.at("clients/connected"), "4");
    EXPECT_EQ(values.at("clients/inactive"), "2");
    EXPECT_EQ(values.at("subscriptions/count"), "12");
    EXPECT_EQ(values.at("shared_subscriptions/count"), "6");
    EXPECT_EQ(values.at("publish/messages/received"), "2");
    EXPECT_EQ(values.at("publish/bytes/received"), "12");
    EXPECT_EQ(values.at("publish/messages/sent"), "4");
    EXPECT_EQ(values.at("messages/inflight"), "4");
    const std::uint64_t stored = std::stoull(values.at("store/messages/bytes"));
    EXPECT_GE(stored,
              7U + 2 * 5U);  // retained, and queued for the two that are away; $SYS itself is retained too
    world.client("c0").sends(connect("c0")).gets(connack());  // forgets its session
    for (int i = 1; i < 6; ++i) {
        const std::string name = "c" + std::to_string(i);
        if (world.client(name).is_connected()) world.client(name).drops();
        world.client(name).takes_all();
        world.client(name).sends(connect(name)).gets(connack()).drops();
    }
    const shard::Statistics after = world.statistics();
    EXPECT_EQ(after.inflight, 0);
    EXPECT_EQ(after.queued_bytes, 0);
    EXPECT_EQ(after.subscriptions, 0);
    EXPECT_EQ(after.shared_subscriptions, 0);
}

TEST(Statistics, AreToldToWhoAsksFromOutside) {
    WorldOptions options;
    options.shards = 2;
    World world(options);
    world.client("a").sends(connect("a")).gets(connack());
    std::uint64_t clients = 0;
    for (shard::ShardIndex i = 0; i < 2; ++i) {
        const auto reply = world.ask<shard::StatisticsReply>(i, shard::StatisticsRequest{70U + i});
        EXPECT_EQ(reply.ticket, 70U + i);
        clients += reply.statistics.clients_connected;
    }
    EXPECT_EQ(clients, 1);
}

TEST(LoadAverage, ASteadyRateIsApproachedAndForgotten) {
    shard::LoadAverage load;
    std::uint64_t total = 0;
    for (int i = 0; i < 360; ++i) load.update(total += 10, 10'000);  // an hour of 60 a minute
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(load.over(i), 60.0, 1.5);
    for (int i = 0; i < 6; ++i) load.update(total, 10'000);  // a silent minute
    EXPECT_NEAR(load.over(0), 60.0 / 2.71828, 0.5);
    EXPECT_GT(load.over(2), 50.0);
}

}  // namespace
}  // namespace dray::test
