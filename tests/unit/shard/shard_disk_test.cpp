// The engine with a disk, as its clients see it: what waits for it, restarts, and a disk that refuses.
#include <gtest/gtest.h>

#include "shard_clients.h"

namespace dray::test {
namespace {

DRAY_EACH_SHARD_COUNT(ShardsOnDisk);

TEST_P(ShardsOnDisk, APubackForARetainedMessageWaitsForTheDisk) {
    WorldOptions by_hand = options();
    by_hand.disk = Disk::kByHand;
    World world(by_hand);
    publisher(world, "p");
    world.client("p").sends(retained(publish("r", "x", 1, 1))).gets_nothing();
    world.client("p").sends(publish("other", "y", 1, 2)).gets_nothing();  // acknowledgements keep their order
    world.sync();
    world.client("p").gets(puback(1)).gets(puback(2));
}

TEST_P(ShardsOnDisk, AMessageForASessionThatIsKeptIsAcknowledgedWhenItIsOnDisk) {
    WorldOptions by_hand = options();
    by_hand.disk = Disk::kByHand;
    World world(by_hand);
    world.client("s").sends(connect_again("s")).gets_nothing();
    world.sync();
    world.client("s").gets(connack()).sends(subscribe(1, "a", 2)).gets_nothing();
    world.sync();
    world.client("s").gets(suback(1, 2));
    publisher(world, "p");
    world.client("p").sends(publish("a", "x", 1, 1)).gets_nothing();
    world.client("s").gets(publish("a", "x", 1, 1)).sends(puback(1));  // need not wait at QoS 1
    world.client("p").sends(publish("a", "y", 2, 2)).gets_nothing();
    world.client("s").gets_nothing();  // must wait at QoS 2
    world.sync();
    world.client("p").gets(puback(1)).gets(pubrec(2)).sends(pubrel(2)).gets(pubcomp(2));
    world.client("s").gets(publish("a", "y", 2, 2)).sends(pubrec(2)).gets_nothing();
    world.sync();
    world.client("s").gets(pubrel(2)).sends(pubcomp(2));
    world.sync();
    EXPECT_EQ(world.disk().count(shard::Table::kEntries), 0);
}

TEST_P(ShardsOnDisk, NothingTouchesTheDiskForSessionsThatEndWithTheirConnection) {
    WorldOptions by_hand = options();
    by_hand.disk = Disk::kByHand;
    World world(by_hand);
    subscriber(world, "s", "a", 2);
    publisher(world, "p");
    world.client("p").sends(publish("a", "x", 1, 1)).gets(puback(1));
    world.client("p").sends(publish("a", "y", 2, 2)).gets(pubrec(2)).sends(pubrel(2)).gets(pubcomp(2));
    world.client("p").sends(publish("a", "z"));
    EXPECT_FALSE(world.disk().has_unsynced());
}

TEST_P(ShardsOnDisk, AfterARestartASessionGoesOnUnderTheSamePacketIds) {
    for (const shard::ShardIndex after : {shard::ShardIndex{1}, shard::ShardIndex{3}}) {
        WorldOptions by_itself = options();
        by_itself.disk = Disk::kByItself;
        World world(by_itself);
        world.client("s").sends(connect_again("s")).gets(connack()).sends(subscribe(1, "a/#", 2));
        world.client("s").gets(suback(1, 2));
        publisher(world, "p");
        for (int i = 1; i <= 3; ++i) {
            world.client("p").sends(publish("a/b", std::to_string(i), 2, i)).gets(pubrec(i));
            world.client("s").gets(publish("a/b", std::to_string(i), 2, i));
        }
        world.client("s").sends(pubrec(1)).gets(pubrel(1)).sends(pubcomp(1)).sends(pubrec(2)).gets(pubrel(2));
        world.sync();
        world.crash(after);
        world.client("s").sends(connect_again("s")).gets(connack(true));
        world.client("s").gets(pubrel(2)).sends(pubcomp(2));
        world.client("s").gets(again(publish("a/b", "3", 2, 3))).sends(pubrec(3)).gets(pubrel(3));
        publisher(world, "p");
        world.client("p").sends(publish("a/c", "4", 1, 9)).gets(puback(9));
        world.client("s").gets(publish("a/c", "4", 1, 4)).gets_nothing();
    }
}

TEST_P(ShardsOnDisk, DeadlinesGoOnThroughARestart) {
    WorldOptions by_itself = options();
    by_itself.disk = Disk::kByItself;
    World world(by_itself);
    const mqtt::PropertyList minute = mqtt::PropertyList().add(mqtt::PropertyId::kSessionExpiryInterval, 60U);
    mqtt::Connect for_a_minute = connect_again("s", kV5);
    for_a_minute.properties = minute.view();
    world.client("s").sends(for_a_minute).gets(connack()).drops();
    world.advance(40s);
    world.crash(2);
    world.client("s").sends(for_a_minute).gets(connack(true)).drops();
    world.advance(30s);
    world.crash(1);
    world.advance(31s);
    world.client("s").sends(for_a_minute).gets(connack(false));
}

TEST_P(ShardsOnDisk, TheWillOfAClientThatWasThereWhenTheProcessDiedIsPublished) {
    WorldOptions by_itself = options();
    by_itself.disk = Disk::kByItself;
    World world(by_itself);
    world.client("s")
        .sends(connect_again("s"))
        .gets(connack())
        .sends(subscribe(1, "w", 1))
        .gets(suback(1, 1));
    mqtt::Connect with_will = connect_again("c");
    with_will.will = mqtt::Will{"w", as_bytes("gone"), QoS::kAtLeastOnce, false, {}};
    world.client("c").sends(with_will).gets(connack());
    world.crash(2);
    world.client("s").sends(connect_again("s")).gets(connack(true)).gets(publish("w", "gone", 1, 1));
    world.client("s").sends(puback(1)).gets_nothing();
}

TEST_P(ShardsOnDisk, WhileTheDiskRefusesClientsAreToldOrWait) {
    WorldOptions by_hand = options();
    by_hand.disk = Disk::kByHand;
    World world(by_hand);
    publisher(world, "old");
    publisher(world, "new", kV5);
    world.disk().set_works(false);
    world.client("old").sends(retained(publish("r", "x", 1, 1))).gets_nothing();
    world.client("new").sends(retained(publish("r", "y", 1, 1))).gets(puback(1, ReasonCode::kQuotaExceeded));
    world.client("new").sends(retained(publish("r", "y", 2, 2))).gets(pubrec(2, ReasonCode::kQuotaExceeded));
    world.disk().set_works(true);
    world.sync();
    world.client("old").gets(puback(1));
    world.client("new").sends(publish("r", "y", 2, 2)).gets(pubrec(2, ReasonCode::kNoMatchingSubscribers));
}

TEST_P(ShardsOnDisk, ASubscriptionThatEndsBeforeItsSubackGetsNothingRetained) {
    WorldOptions by_hand = options();
    by_hand.disk = Disk::kByHand;
    World world(by_hand);
    publisher(world, "p");
    world.sync();
    world.client("p").sends(retained(publish("r/1", "x", 1, 1)));
    world.sync();
    world.client("p").gets(puback(1));
    world.client("s").sends(connect_again("s"));
    world.sync();
    world.client("s").gets(connack());
    world.client("s").says(subscribe(1, "r/+", 1)).sends(unsubscribe(2, "r/+"));
    world.sync();  // both are answered now
    world.client("s").gets(suback(1, 1)).gets(unsuback(2)).gets_nothing();
    world.client("s").sends(connect("s"));  // the session ends, and nothing of it goes on
    world.sync();
    world.run();
}

}  // namespace
}  // namespace dray::test
