// The engine as its clients see it, with 1, 2 and 4 shards.
#include <gtest/gtest.h>

#include "shard_clients.h"

namespace dray::test {
namespace {

// Every transcript must hold whichever shards its clients fall on: the seed and the number vary.
DRAY_EACH_SHARD_COUNT(Shards);

TEST_P(Shards, AMessageReachesEverySubscriberOnce) {
    World world(options());
    for (const char* name : {"s1", "s2", "s3", "s4", "s5"}) subscriber(world, name, "news/+", 0);
    publisher(world, "p");
    world.client("p").sends(publish("news/beer", "fresh"));
    for (const char* name : {"s1", "s2", "s3", "s4", "s5"}) {
        world.client(name).gets(publish("news/beer", "fresh")).gets_nothing();
    }
    EXPECT_EQ(world.books().delivered, 5);
}

TEST_P(Shards, QoS1IsAcknowledgedBothWays) {
    World world(options());
    subscriber(world, "s", "a", 1);
    publisher(world, "p");
    world.client("p").sends(publish("a", "x", 1, 7)).gets(puback(7));
    world.client("s").gets(publish("a", "x", 1, 1)).sends(puback(1)).gets_nothing();
    EXPECT_EQ(world.books().delivered, 1);
    EXPECT_EQ(world.books().held, 0);
}

TEST_P(Shards, QoS2IsDeliveredOnceThoughPublishedTwice) {
    World world(options());
    subscriber(world, "s", "a", 2);
    publisher(world, "p");
    world.client("p").sends(publish("a", "x", 2, 7)).gets(pubrec(7));
    world.client("p").sends(again(publish("a", "x", 2, 7))).gets(pubrec(7));
    world.client("p").sends(pubrel(7)).gets(pubcomp(7));
    world.client("s")
        .gets(publish("a", "x", 2, 1))
        .sends(pubrec(1))
        .gets(pubrel(1))
        .sends(pubcomp(1))
        .gets_nothing();
    EXPECT_EQ(world.books().delivered, 1);
}

TEST_P(Shards, TheOrderOfOnePublisherIsKept) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World world(options(seed));
        for (const char* name : {"s1", "s2", "s3", "s4"}) subscriber(world, name, "t", 1);
        publisher(world, "p");
        for (int i = 1; i <= 50; ++i)
            world.client("p").sends(publish("t", std::to_string(i), 1, i)).gets(puback(i));
        for (const char* name : {"s1", "s2", "s3", "s4"}) {
            for (int i = 1; i <= 50; ++i) world.client(name).gets(publish("t", std::to_string(i), 1, i));
        }
    }
}

TEST_P(Shards, ASessionKeepsWhatComesWhileItIsAwayAndResumesInOrder) {
    World world(options());
    world.client("s")
        .sends(connect_again("s"))
        .gets(connack())
        .sends(subscribe(1, "a/#", 1))
        .gets(suback(1, 1));
    publisher(world, "p");
    world.client("p").sends(publish("a/1", "one", 1, 1)).gets(puback(1));
    world.client("s").gets(publish("a/1", "one", 1, 1)).drops();  // not acknowledged
    world.client("p").sends(publish("a/2", "two", 1, 2)).gets(puback(2));
    world.client("p").sends(publish("a/3", "none", 0));
    world.client("p").sends(publish("a/3", "three", 1, 3)).gets(puback(3));
    world.client("s").sends(connect_again("s")).gets(connack(true));
    world.client("s").gets(again(publish("a/1", "one", 1, 1)));
    world.client("s").gets(publish("a/2", "two", 1, 2)).gets(publish("a/3", "three", 1, 3)).gets_nothing();
    world.client("s").sends(puback(1)).sends(puback(2)).sends(puback(3));
    EXPECT_EQ(world.books().discarded_total(), 1);  // the QoS 0 message to an absent client
    EXPECT_EQ(world.books().held, 0);
}

TEST_P(Shards, AfterPubrecOnlyPubrelIsSentAgain) {
    World world(options());
    world.client("s")
        .sends(connect_again("s"))
        .gets(connack())
        .sends(subscribe(1, "a", 2))
        .gets(suback(1, 2));
    publisher(world, "p");
    world.client("p").sends(publish("a", "x", 2, 1)).gets(pubrec(1)).sends(pubrel(1)).gets(pubcomp(1));
    world.client("s").gets(publish("a", "x", 2, 1)).sends(pubrec(1)).gets(pubrel(1)).drops();
    world.client("s")
        .sends(connect_again("s"))
        .gets(connack(true))
        .gets(pubrel(1))
        .sends(pubcomp(1))
        .gets_nothing();
}

TEST_P(Shards, ACleanSessionForgets) {
    World world(options());
    world.client("s")
        .sends(connect_again("s"))
        .gets(connack())
        .sends(subscribe(1, "a", 1))
        .gets(suback(1, 1))
        .drops();
    publisher(world, "p");
    world.client("p").sends(publish("a", "x", 1, 1)).gets(puback(1));
    world.client("s").sends(connect("s")).gets(connack(false)).gets_nothing();
    world.client("p").sends(publish("a", "x", 1, 2)).gets(puback(2));
    world.client("s").gets_nothing();
}

TEST_P(Shards, TheOldConnectionIsToldThatItWasTakenOver) {
    World world(options());
    world.client("a").sends(connect("c1", kV5)).gets(connack());
    world.client("b").sends(connect("c1", kV5)).gets(connack());
    world.client("a").gets(disconnect(ReasonCode::kSessionTakenOver)).is_closed();
    world.client("b").is_open();
}

TEST_P(Shards, TakeOverKeepsTheSession) {
    World world(options());
    world.client("a")
        .sends(connect_again("c1"))
        .gets(connack())
        .sends(subscribe(1, "t", 1))
        .gets(suback(1, 1));
    publisher(world, "p");
    world.client("p").sends(publish("t", "x", 1, 1)).gets(puback(1));
    world.client("a").gets(publish("t", "x", 1, 1));
    world.client("b").sends(connect_again("c1")).gets(connack(true)).gets(again(publish("t", "x", 1, 1)));
    world.client("a").is_closed();
}

TEST_P(Shards, RetainedMessagesComeToNewSubscribers) {
    World world(options());
    publisher(world, "p");
    for (const char* topic : {"r/1", "r/2", "r/3"}) world.client("p").sends(retained(publish(topic, topic)));
    world.client("p").sends(retained(publish("r/2", "")));
    world.client("s").sends(connect("s")).gets(connack()).sends(subscribe(1, "r/+", 1)).gets(suback(1, 1));
    auto got = world.client("s").takes_all();
    ASSERT_EQ(got.size(), 2);
    for (const auto& packet : got) {
        EXPECT_TRUE(std::get<mqtt::Publish>(packet).retain);
        EXPECT_NE(std::get<mqtt::Publish>(packet).topic, "r/2");
    }
    world.client("e").sends(connect("e")).gets(connack()).sends(subscribe(1, "r/3", 0)).gets(suback(1, 0));
    world.client("e").gets(retained(publish("r/3", "r/3"))).gets_nothing();
}

TEST_P(Shards, AnEstablishedSubscriptionGetsRetainZero) {
    World world(options());
    subscriber(world, "s", "r", 0);
    publisher(world, "p");
    world.client("p").sends(retained(publish("r", "x")));
    world.client("s").gets(publish("r", "x")).gets_nothing();
}

TEST_P(Shards, TheLastAcceptedRetainedMessageStays) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World world(options(seed));
        for (int i = 0; i < 6; ++i) publisher(world, "p" + std::to_string(i));
        for (int i = 0; i < 6; ++i) {
            // The next publisher waits for the acknowledgement of the one before.
            world.client("p" + std::to_string(i))
                .sends(retained(publish("r", std::to_string(i), 1, 1)))
                .gets(puback(1));
        }
        world.client("s").sends(connect("s")).gets(connack()).sends(subscribe(1, "r", 0)).gets(suback(1, 0));
        world.client("s").gets(retained(publish("r", "5"))).gets_nothing();
    }
}

TEST_P(Shards, ManyRetainedMessagesAreStreamed) {
    World world(options());
    publisher(world, "p");
    for (int i = 0; i < 1000; ++i) world.client("p").sends(retained(publish("r/" + std::to_string(i), "x")));
    world.client("s").sends(connect("s")).gets(connack()).stops_reading();
    world.client("s").sends(subscribe(1, "#", 0)).reads_again().gets(suback(1, 0));
    world.advance(1ms);
    EXPECT_EQ(world.client("s").takes_all().size(), 1000);
}

TEST_P(Shards, AWillComesWhenTheConnectionBreaksAndNotAfterDisconnect) {
    World world(options());
    subscriber(world, "s", "will/+", 0);
    mqtt::Connect with_will = connect("w");
    with_will.will = mqtt::Will{"will/w", as_bytes("gone"), QoS::kAtMostOnce, false, {}};
    world.client("w").sends(with_will).gets(connack()).drops();
    world.client("s").gets(publish("will/w", "gone"));
    world.client("w").sends(with_will).gets(connack()).sends(disconnect()).is_closed();
    world.client("s").gets_nothing();
    with_will.version = kV5;
    world.client("w").sends(with_will).gets(connack());
    world.client("w").sends(disconnect(ReasonCode::kDisconnectWithWill)).is_closed();
    world.client("s").gets(publish("will/w", "gone"));
}

TEST_P(Shards, ASilentClientIsClosedAfterOneAndAHalfKeepAlives) {
    World world(options());
    mqtt::Connect packet = connect("k", kV5);
    packet.keep_alive_s = 10;
    world.client("k").sends(packet).gets(connack());
    world.advance(10s);
    world.client("k").sends(mqtt::Pingreq{}).gets(mqtt::Pingresp{});
    world.advance(14s);
    world.client("k").is_open();
    world.advance(1001ms);
    world.client("k").gets(disconnect(ReasonCode::kKeepAliveTimeout)).is_closed();
}

TEST_P(Shards, AConnectionWithoutConnectIsClosed) {
    World world(options());
    world.client("x").is_open();
    world.advance(10s);
    world.client("x").sends_bytes("").gets_nothing();
}

TEST_P(Shards, OverlappingSubscriptionsDeliverOnceWithTheHighestQoS) {
    World world(options());
    subscriber(world, "s", "a/#", 0);
    world.client("s").sends(subscribe(2, "a/b", 1)).gets(suback(2, 1));
    publisher(world, "p");
    world.client("p").sends(publish("a/b", "x", 1, 1)).gets(puback(1));
    world.client("s").gets(publish("a/b", "x", 1, 1)).gets_nothing();
}

TEST_P(Shards, UnsubscribeEnds) {
    World world(options());
    subscriber(world, "s", "a", 0);
    world.client("s").sends(unsubscribe(2, "a")).gets(unsuback(2));
    publisher(world, "p", kV5);
    world.client("p").sends(publish("a", "x", 1, 1)).gets(puback(1, ReasonCode::kNoMatchingSubscribers));
    world.client("s").gets_nothing();
}

TEST_P(Shards, ASharedGroupTakesTurns) {
    World world(options());
    for (const char* name : {"m1", "m2", "m3", "m4"}) subscriber(world, name, "$share/g/jobs/+", 1);
    publisher(world, "p");
    for (int i = 1; i <= 40; ++i) world.client("p").sends(publish("jobs/x", "j", 1, i)).gets(puback(i));
    for (const char* name : {"m1", "m2", "m3", "m4"})
        EXPECT_EQ(world.client(name).takes_all().size(), 10) << name;
}

TEST_P(Shards, WhatASharedMemberDidNotAcknowledgeGoesToTheOthersInOrder) {
    World world(options());
    subscriber(world, "m1", "$share/g/work", 1);
    publisher(world, "p");
    for (int i = 1; i <= 3; ++i)
        world.client("p").sends(publish("work", std::to_string(i), 1, i)).gets(puback(i));
    subscriber(world, "m2", "$share/g/work", 1);
    EXPECT_EQ(world.client("m1").takes_all().size(), 3);
    world.client("m1").drops();
    for (int i = 1; i <= 3; ++i)
        world.client("m2").gets(publish("work", std::to_string(i), 1, i)).sends(puback(i));
    world.client("m2").gets_nothing();
}

TEST_P(Shards, AGroupWithoutAnyoneOnlineHoldsForWhoComesFirst) {
    World world(options());
    world.client("m")
        .sends(connect_again("m"))
        .gets(connack())
        .sends(subscribe(1, "$share/g/w", 1))
        .gets(suback(1, 1));
    world.client("m").drops();
    publisher(world, "p");
    for (int i = 1; i <= 3; ++i)
        world.client("p").sends(publish("w", std::to_string(i), 1, i)).gets(puback(i));
    EXPECT_EQ(world.books().held, 3);
    world.client("m").sends(connect_again("m")).gets(connack(true));
    for (int i = 1; i <= 3; ++i)
        world.client("m").gets(publish("w", std::to_string(i), 1, i)).sends(puback(i));
    EXPECT_EQ(world.books().held, 0);
}

TEST_P(Shards, ASlowReaderLosesQoS0AndItIsCounted) {
    WorldOptions narrow = options();
    narrow.limits.outbox_bytes_max = 1000;
    World world(narrow);
    subscriber(world, "s", "a", 0);
    world.client("s").stops_reading();
    publisher(world, "p");
    for (int i = 0; i < 100; ++i) world.client("p").sends(publish("a", std::string(100, 'x')));
    const auto discarded = world.books().discarded[static_cast<std::size_t>(shard::Discard::kSlowReader)];
    EXPECT_GT(discarded, 80);
    world.client("s").reads_again();
    EXPECT_EQ(world.client("s").takes_all().size() + discarded, 100);
}

TEST_P(Shards, ASlowReaderOfQoS1LosesNothing) {
    WorldOptions narrow = options();
    narrow.limits.outbox_bytes_max = 1000;
    narrow.limits.inflight_messages_max = 5;
    World world(narrow);
    subscriber(world, "s", "a", 1);
    world.client("s").stops_reading();
    publisher(world, "p");
    for (int i = 1; i <= 100; ++i)
        world.client("p").sends(publish("a", std::to_string(i), 1, i)).gets(puback(i));
    world.client("s").reads_again();
    for (int i = 1; i <= 100; ++i)
        world.client("s").gets(publish("a", std::to_string(i), 1, i)).sends(puback(i));
    EXPECT_EQ(world.books().delivered, 100);
}

TEST_P(Shards, NearACeilingAcknowledgementsWaitAndAtItNewerClientsAreRefused) {
    World world(options());
    publisher(world, "p", kV5);
    world.client("s").sends(connect("s")).gets(connack()).sends(subscribe(1, "a", 1)).gets(suback(1, 1));
    world.set_pressure(89);
    world.client("p").sends(publish("a", "x", 1, 1)).gets(puback(1));
    world.set_pressure(93);  // 80 ms
    world.client("p").sends(publish("a", "y", 2, 2));
    world.client("s").gets(publish("a", "x", 1, 1)).gets(publish("a", "y", 1, 2));
    world.advance(79ms);
    world.client("p").gets_nothing();
    world.advance(1ms);
    world.client("p").gets(pubrec(2)).sends(pubrel(2)).gets(pubcomp(2));
    world.set_pressure(100);
    world.client("p").sends(publish("a", "z", 1, 3)).gets(puback(3, ReasonCode::kQuotaExceeded));
    world.client("p").sends(publish("a", "z", 2, 4)).gets(pubrec(4, ReasonCode::kQuotaExceeded));
    world.set_pressure(0);
    world.client("p").sends(publish("a", "z", 1, 5)).gets(puback(5));
}

TEST_P(Shards, AMessageThatIsTooLargeForAClientIsCountedNotSent) {
    World world(options());
    mqtt::Connect small = connect("s", kV5);
    const mqtt::PropertyList limit = mqtt::PropertyList().add(mqtt::PropertyId::kMaximumPacketSize, 100U);
    small.properties = limit.view();
    world.client("s").sends(small).gets(connack()).sends(subscribe(1, "a", 1)).gets(suback(1, 1));
    publisher(world, "p");
    world.client("p").sends(publish("a", std::string(200, 'x'), 1, 1)).gets(puback(1));
    world.client("s").gets_nothing();
    EXPECT_EQ(world.books().discarded[static_cast<std::size_t>(shard::Discard::kPacketTooLarge)], 1);
}

TEST_P(Shards, AMessageExpiresWhileItWaits) {
    World world(options());
    world.client("s")
        .sends(connect_again("s"))
        .gets(connack())
        .sends(subscribe(1, "a", 1))
        .gets(suback(1, 1))
        .drops();
    publisher(world, "p", kV5);
    const mqtt::PropertyList expiry = mqtt::PropertyList().add(mqtt::PropertyId::kMessageExpiryInterval, 10U);
    mqtt::Publish packet = publish("a", "x", 1, 1);
    packet.properties = expiry.view();
    world.client("p").sends(packet).gets(puback(1));
    world.advance(10s);
    world.client("s").sends(connect_again("s")).gets(connack(true)).gets_nothing();
    EXPECT_EQ(world.books().expired, 1);
}

TEST_P(Shards, ASessionEndsAfterItsExpiry) {
    World world(options());
    mqtt::Connect packet = connect_again("s", kV5);
    const mqtt::PropertyList expiry = mqtt::PropertyList().add(mqtt::PropertyId::kSessionExpiryInterval, 60U);
    packet.properties = expiry.view();
    world.client("s").sends(packet).gets(connack()).sends(subscribe(1, "a", 1)).gets(suback(1, 1)).drops();
    world.advance(59s);
    world.client("s").sends(packet).gets(connack(true)).drops();
    world.advance(61s);
    world.client("s").sends(packet).gets(connack(false));
}

}  // namespace
}  // namespace dray::test
