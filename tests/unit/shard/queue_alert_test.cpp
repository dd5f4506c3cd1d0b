// Alerts of queues: on depth, on age, and their end.
#include "queue_world.h"

namespace dray::test {
namespace {

DRAY_EACH_QUEUE_WORLD(QueueAlerts);

shard::QueueOptions jobs_with_alert(std::uint64_t alert_messages, std::uint64_t alert_age_ms) {
    shard::QueueOptions options = queue("jobs", {"job/#"});
    options.alert_messages = alert_messages;
    options.alert_age_ms = alert_age_ms;
    return options;
}

Client& watches(World& world, const std::string& name) {
    return world.client(name)
        .sends(connect_again(name))
        .gets(connack())
        .sends(subscribe(1, "alert/#", 0))
        .gets(suback(1, 0));
}

TEST_P(QueueAlerts, AQueueThatHoldsTooMuchSaysSo) {
    World world(with(jobs_with_alert(8, 0)));
    Client& w = watches(world, "w");
    publisher(world);
    publish_numbers(world, 1, 7);
    w.gets_nothing();
    world.advance(1s);
    publish_numbers(world, 8, 9);
    constexpr std::string_view kAlert =
        R"({"queue":"jobs","messages":8,"oldest_age_ms":0,"alert_messages":8,"alert_age_ms":0,)"
        R"("since":"1970-01-01T00:16:41.000Z"})";
    w.gets(publish("alert/queue/jobs", kAlert)).gets_nothing();
    EXPECT_TRUE(info(world, GetParam(), "jobs").is_alerting);
    watches(world, "late").gets(retained(publish("alert/queue/jobs", kAlert)));
    Client& c = consumes(world, "c");
    c.sends(puback(1)).sends(puback(2));  // 7 are left
    w.gets_nothing();
    c.sends(puback(3));
    w.gets(publish("alert/queue/jobs", "")).gets_nothing();
    EXPECT_FALSE(info(world, GetParam(), "jobs").is_alerting);
    watches(world, "later").gets_nothing();
}

TEST_P(QueueAlerts, OneThatHoldsSomethingForTooLongToo) {
    World world(with(jobs_with_alert(0, 60'000)));
    Client& w = watches(world, "w");
    publisher(world);
    publish_numbers(world, 1, 1);
    world.advance(30s);
    publish_numbers(world, 2, 2);
    world.advance(29s);
    w.gets_nothing();
    world.advance(1s);
    EXPECT_EQ(w.takes<mqtt::Publish>().topic, "alert/queue/jobs");
    Client& c = consumes(world, "c");
    c.sends(puback(1));
    w.gets(publish("alert/queue/jobs", ""));
    world.advance(30s);
    EXPECT_NE(as_text(w.takes<mqtt::Publish>().payload).find(R"("oldest_age_ms":60000)"), std::string::npos);
}

TEST_P(QueueAlerts, EndWithTheQueue) {
    World world(with(jobs_with_alert(1, 0)));
    publisher(world);
    publish_numbers(world, 1, 1);
    EXPECT_EQ(world.statistics().retained, 1U);
    ask(world, GetParam(), "jobs", shard::DeleteQueue{"jobs"});
    EXPECT_EQ(world.statistics().retained, 0U);
}

TEST_P(QueueAlerts, AreRightAgainAfterARestart) {
    World world(with(jobs_with_alert(1, 0), Disk::kByItself));
    publisher(world);
    publish_numbers(world, 1, 1);
    world.crash(GetParam());
    world.run();
    EXPECT_TRUE(info(world, GetParam(), "jobs").is_alerting);
    EXPECT_EQ(world.statistics().retained, 1U);
    world.set_queues({jobs_with_alert(2, 0)});
    world.crash(GetParam());
    world.run();
    EXPECT_EQ(world.statistics().retained, 0U) << "that was before the limit changed";
}

TEST_P(QueueAlerts, AreNotTakenInByTheQueueItself) {
    shard::QueueOptions all = jobs_with_alert(2, 0);
    all.filters = {"#"};
    World world(with(all));
    publisher(world);
    publish_numbers(world, 1, 2);
    EXPECT_EQ(world.statistics().retained, 1U);
    EXPECT_EQ(info(world, GetParam(), "jobs").messages, 2U);
}

}  // namespace
}  // namespace dray::test
