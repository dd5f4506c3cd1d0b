// $delayed/<seconds>/<topic>: with 1, 2 and 4 shards, with and without a disk.
#include <algorithm>
#include <memory>

#include "device.h"
#include "seeds.h"
#include "shard/delayed.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

using mqtt::PropertyId;
using mqtt::PropertyList;

DRAY_EACH_SHARD_COUNT(DelayedPublish);

void listener(World& world, const std::string& name, std::string_view filter, int qos,
              ProtocolVersion version = ProtocolVersion::kV311) {
    world.client(name).sends(connect(name, version)).gets(connack());
    world.client(name).sends(subscribe(1, filter, qos)).gets(suback(1, qos));
}

TEST_P(DelayedPublish, AMessageComesWhenItIsDueAndNotBefore) {
    for (const Disk disk : {Disk::kNone, Disk::kByItself}) {
        WorldOptions each = options();
        each.disk = disk;
        World world(each);
        listener(world, "s", "a/#", 1);
        world.client("p").sends(connect("p")).gets(connack());
        world.client("p").sends(publish("$delayed/60/a/late", "late", 1, 1)).gets(puback(1));
        world.client("p").sends(publish("$delayed/5/a/soon", "soon", 0));
        world.client("p").sends(publish("$delayed/0/a/now", "now", 1, 2)).gets(puback(2));
        world.run();
        world.client("s").gets(publish("a/now", "now", 1, 1)).sends(puback(1)).gets_nothing();
        world.advance(4999ms);
        world.client("s").gets_nothing();
        world.advance(1ms);
        world.client("s").gets(publish("a/soon", "soon")).gets_nothing();
        world.advance(54'999ms);
        world.client("s").gets_nothing();
        world.advance(1ms);
        world.client("s").gets(publish("a/late", "late", 1, 2)).sends(puback(2));
        world.sync();
        EXPECT_EQ(world.disk().count(shard::Table::kDelayed), 0);
        EXPECT_EQ(world.books().delivered, 3);
    }
}

TEST_P(DelayedPublish, RetainPropertiesAndExpiryAreThoseOfThePublish) {
    World world(options());
    listener(world, "s", "a", 1, kV5);
    world.client("p").sends(connect("p", kV5)).gets(connack());
    const PropertyList properties =
        PropertyList().add(PropertyId::kContentType, "text").add(PropertyId::kMessageExpiryInterval, 100U);
    mqtt::Publish packet = retained(publish("$delayed/30/a", "x", 1, 1));
    packet.properties = properties.view();
    world.client("p").sends(packet).gets(puback(1));
    world.advance(30s);
    const auto message = world.client("s").takes<mqtt::Publish>();
    EXPECT_EQ(message.topic, "a");
    EXPECT_EQ(message.properties.text(PropertyId::kContentType), "text");
    EXPECT_EQ(message.properties.integer(PropertyId::kMessageExpiryInterval), 70U);
    world.client("s").sends(puback(1));
    world.client("late").sends(connect("late")).gets(connack());
    world.client("late").sends(subscribe(1, "a", 0)).gets(suback(1, 0)).gets(retained(publish("a", "x")));
}

TEST_P(DelayedPublish, WhatHasNotItsFormIsRefusedInWords) {
    WorldOptions each = options();
    each.limits.delayed_s_max = 100;
    World world(each);
    world.client("p").sends(connect("p", kV5)).gets(connack());
    for (const char* topic : {"$delayed/x/a", "$delayed/5", "$delayed/5/", "$delayed/-1/a", "$delayed/101/a",
                              "$delayed/99999999999/a", "$delayed//a"}) {
        const auto refused = world.client("p").sends(publish(topic, "x", 1, 1)).takes<mqtt::Puback>();
        EXPECT_EQ(refused.reason, ReasonCode::kTopicNameInvalid) << topic;
        EXPECT_TRUE(refused.properties.text(PropertyId::kReasonString)) << topic;
    }
    for (const char* topic : {"$delayed/5/$SYS/a", "$delayed/5/$delayed/5/a", "$delayed/5/$queue/a"}) {
        const auto refused = world.client("p").sends(publish(topic, "x", 1, 1)).takes<mqtt::Puback>();
        EXPECT_EQ(refused.reason, ReasonCode::kNotAuthorized) << topic;
    }
}

TEST_P(DelayedPublish, MoreThanMayWaitIsRefused) {
    WorldOptions each = options();
    each.limits.delayed_bytes_max = 1000;
    World world(each);
    world.client("p").sends(connect("p", kV5)).gets(connack());
    const std::string payload(600, 'x');
    world.client("p").sends(publish("$delayed/9/a", payload, 1, 1)).gets(puback(1));
    world.client("p")
        .sends(publish("$delayed/9/a", payload, 1, 2))
        .gets(puback(2, ReasonCode::kQuotaExceeded));
    world.advance(9s);
    world.client("p").sends(publish("$delayed/9/a", payload, 1, 3)).gets(puback(3));
    // One that cannot be told is not acknowledged.
    each.limits.delayed_bytes_max = 0;
    World full(each);
    full.client("old").sends(connect("old")).gets(connack());
    full.client("old").sends(publish("$delayed/9/a", payload, 1, 3)).is_closed();
}

TEST_P(DelayedPublish, TheAcknowledgementWaitsForTheRecord) {
    WorldOptions each = options();
    each.disk = Disk::kByHand;
    World world(each);
    world.client("p").sends(connect("p")).gets(connack());
    world.client("p").sends(publish("$delayed/60/a", "x", 1, 1)).gets_nothing();
    world.client("p").sends(publish("$delayed/60/a", "y", 2, 2)).gets_nothing();
    world.sync();
    world.client("p").gets(puback(1)).gets(pubrec(2));
}

// A crash at any moment: of QoS 1 each comes at least once, of QoS 2 exactly once.
TEST_P(DelayedPublish, SurvivesCrashes) {
    for_each_seed(60, [&](std::uint64_t seed) {
        WorldOptions each = options(seed);
        each.disk = Disk::kByItself;
        World world(each);
        Random chance(seed);
        PublishingDevice publisher(world, "p", "$delayed/3/t/a", ProtocolVersion::kV311);
        std::vector<std::unique_ptr<SubscribingDevice>> subscribers;
        for (const char* name : {"s1", "s2", "s3"}) {
            subscribers.push_back(std::make_unique<SubscribingDevice>(world, name, "t/#", 2, kV5));
        }
        const auto run_all = [&] {
            publisher.run();
            for (const auto& subscriber : subscribers) subscriber->run();
        };
        while (!std::ranges::all_of(subscribers, [](const auto& one) { return one->is_subscribed(); })) {
            run_all();
            world.run();
        }
        for (int event = 0; event < 200; ++event) {
            const std::uint64_t kind = chance.below(20);
            if (kind < 8) publisher.publish(1 + static_cast<int>(chance.below(2)), false);
            if (kind >= 8 && kind < 16) run_all();
            if (kind == 16) world.skip(std::chrono::milliseconds(chance.below(3000)));
            if (kind == 17 || (kind == 16 && chance.below(2) == 0)) {
                for (std::uint64_t left = chance.below(30); left > 0 && world.step(); --left) {
                }
                publisher.drop();
                for (const auto& subscriber : subscribers) subscriber->drop();
                world.crash(static_cast<shard::ShardIndex>(1 + chance.below(4)));
                ASSERT_EQ(world.disk().faults(), "");
            }
            for (std::uint64_t left = chance.below(12); left > 0 && world.step(); --left) {
            }
        }
        for (int round = 0; round < 40; ++round) {
            world.advance(500ms);
            run_all();
            world.run();
        }
        ASSERT_TRUE(publisher.is_done());
        for (const auto& subscriber : subscribers) {
            std::map<int, int> times;
            for (const auto& [topic, number] : subscriber->arrivals()) ++times[number];
            for (int number = 1; number <= publisher.last(); ++number) {
                EXPECT_GE(times[number], 1) << subscriber->name() << ": " << number << " was lost";
                if (publisher.qos_of(number) == 1) continue;
                EXPECT_LE(times[number], 1) << subscriber->name() << ": " << number << " came twice";
            }
        }
        EXPECT_EQ(world.disk().count(shard::Table::kDelayed), 0) << "messages left behind";
        EXPECT_EQ(world.books().held, 0);
    });
}

}  // namespace
}  // namespace dray::test
