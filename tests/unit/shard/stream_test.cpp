// Streams as their readers see them.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/iso_time.h"
#include "shard/stream_filter.h"
#include "stream_world.h"

namespace dray::test {
namespace {

using mqtt::PropertyId;
using mqtt::PropertyList;

DRAY_EACH_STREAM_WORLD(Streams);

std::string property(const mqtt::Publish& message, std::string_view name) {
    for (const mqtt::Property& each : message.properties) {
        if (each.id == PropertyId::kUserProperty && each.text == name) return std::string(each.value);
    }
    return "none";
}

TEST_P(Streams, AReaderGetsWhatWasThereAndThenWhatComes) {
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 200);
    for (const int qos : {0, 1}) {
        Client& late = reader(world, "r" + std::to_string(qos), "$stream/events/earliest", qos);
        late.gets(suback(1, qos));
        EXPECT_EQ(takes(late), numbers(1, 200));
    }
    publisher.publishes(201, 210);
    EXPECT_EQ(takes(world.client("r0")), numbers(201, 210));
    EXPECT_EQ(takes(world.client("r1")), numbers(201, 210));
    EXPECT_EQ(world.books().delivered, 210 + 2 * 210) << "each message once, though two filters match";
}

TEST_P(Streams, WithoutAWordTheReadingBeginsNow) {
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 3);
    reader(world, "r", "$stream/events").gets(suback(1, 1));
    reader(world, "l", "$stream/events/latest").gets(suback(1, 1));
    publisher.publishes(4, 5);
    EXPECT_EQ(takes(world.client("r")), "4 5");
    EXPECT_EQ(takes(world.client("l")), "4 5");
}

TEST_P(Streams, TheReadingBeginsAtAnOffset) {
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 100);
    EXPECT_EQ(takes(reader(world, "a", "$stream/events/99")), "99 100");
    EXPECT_EQ(takes(reader(world, "b", "$stream/events/0")), numbers(1, 100));
    EXPECT_EQ(takes(reader(world, "c", "$stream/events/1000")), "") << "beyond the end is the end";
    publisher.publishes(101, 101);
    EXPECT_EQ(takes(world.client("c")), "101");
}

TEST_P(Streams, TheReadingBeginsAtATime) {
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 3);
    world.advance(10s);
    const Instant then = world.now();
    publisher.publishes(4, 6);
    world.advance(1ms);
    publisher.publishes(7, 7);
    const std::string seconds = std::to_string(then.ms / 1000);
    EXPECT_EQ(takes(reader(world, "a", "$stream/events/@" + seconds)), "4 5 6 7");
    EXPECT_EQ(takes(reader(world, "b", "$stream/events/@" + to_iso_time(then) + "/#")), "4 5 6 7");
    EXPECT_EQ(takes(reader(world, "c", "$stream/events/@" + to_iso_time(then + 1ms))), "7");
    EXPECT_EQ(takes(reader(world, "d", "$stream/events/@0")), numbers(1, 7));
    EXPECT_EQ(takes(reader(world, "e", "$stream/events/@" + to_iso_time(then + 1h))), "");
}

TEST_P(Streams, A5ClientMaySayWhereToBeginByAProperty) {
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 3);
    for (const auto& [start, expected] : {std::pair("earliest", "1 2 3"), {"3", "3"}, {"latest", ""}}) {
        Client& client = world.client(start);
        client.sends(connect(start, kV5)).gets(connack());
        const PropertyList properties = PropertyList().add_user(shard::kStreamOffset, start);
        mqtt::Subscribe packet = subscribe(1, "$stream/events", 1);
        packet.properties = properties.view();
        client.sends(packet).gets(suback(1, 1));
        EXPECT_EQ(takes(client), expected);
    }
}

TEST_P(Streams, AMessageTellsItsOffsetAndTime) {
    World world(world_options);
    world.client("p").sends(connect("p", kV5)).gets(connack());
    const PropertyList properties =
        PropertyList().add(PropertyId::kContentType, "text").add_user("trace", "7");
    mqtt::Publish packet = retained(publish("order/a", "x", 1, 1));
    packet.properties = properties.view();
    const Instant then = world.now();
    world.client("p").sends(packet).gets(puback(1));
    world.advance(5s);
    const auto message =
        reader(world, "r", "$stream/events/earliest", 0, kV5).gets(suback(1, 0)).takes<mqtt::Publish>();
    EXPECT_EQ(message.topic, "order/a");
    EXPECT_FALSE(message.retain);
    EXPECT_EQ(message.properties.text(PropertyId::kContentType), "text");
    EXPECT_EQ(property(message, "trace"), "7");
    EXPECT_EQ(property(message, "stream-offset"), "1");
    EXPECT_EQ(property(message, "stream-time"), to_iso_time(then));
    reader(world, "old", "$stream/events/earliest", 0).gets(suback(1, 0)).gets(publish("order/a", "x"));
}

TEST_P(Streams, OnlyTheTopicsThatTheFilterTakes) {
    World world(world_options);
    Publisher a(world, "order/a");
    a.publishes(1, 3000, 0);
    world.client("q")
        .sends(connect("q"))
        .gets(connack())
        .sends(publish("order/b/c", "b", 1, 1))
        .gets(puback(1));
    Client& client = reader(world, "r", "$stream/events/earliest/order/+/c");
    client.gets(suback(1, 1));
    EXPECT_EQ(takes(client), "b");
    a.publishes(1, 100);
    world.client("q").sends(publish("order/d/c", "d", 1, 2)).gets(puback(2));
    EXPECT_EQ(takes(client), "d");
}

TEST_P(Streams, WhatIsNoStreamIsRefused) {
    World world(world_options);
    for (const char* filter :
         {"$stream/none", "$stream/events/yesterday", "$stream/events/@noon/#", "$stream/"}) {
        Client& client = world.client(filter);
        client.sends(connect(filter, kV5)).gets(connack()).sends(subscribe(1, filter, 1));
        const auto refused = client.takes<mqtt::Suback>();
        EXPECT_EQ(refused.reasons.front(), ReasonCode::kTopicFilterInvalid) << filter;
        EXPECT_TRUE(refused.properties.text(PropertyId::kReasonString)) << filter;
    }
    world.client("old").sends(connect("old")).gets(connack());
    world.client("old").sends(subscribe(1, "$stream/none", 1)).gets(suback(1, 0x80));
    world.client("old").sends(publish("$stream/events", "x", 1, 1)).gets(puback(1));
    EXPECT_EQ(world.books().matched, 0) << "nobody publishes into a stream by its name";
}

TEST_P(Streams, QoS2IsGrantedAs1) {
    World world(world_options);
    reader(world, "r", "$stream/events/earliest", 2).gets(suback(1, 1));
}

TEST_P(Streams, AReaderThatDoesNotAcknowledgeGetsNoMoreThanItsWindow) {
    world_options.limits.inflight_messages_max = 10;
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 100);
    Client& slow = reader(world, "slow", "$stream/events/earliest");
    slow.gets(suback(1, 1));
    for (int i = 1; i <= 10; ++i) slow.gets(publish("order/a", std::to_string(i), 1, i));
    slow.gets_nothing();
    EXPECT_EQ(world.books().held, 10) << "the rest is in the stream only";
    slow.sends(puback(1)).gets(publish("order/a", "11", 1, 11)).gets_nothing();
    for (int i = 2; i <= 11; ++i) slow.sends(puback(i));
    EXPECT_EQ(takes(slow), numbers(12, 100));
}

TEST_P(Streams, AReaderThatDoesNotReadHoldsNothingButItsOffset) {
    World world(world_options);
    Publisher publisher(world, "order/a");
    Client& slow = reader(world, "slow", "$stream/events/earliest", 0);
    slow.gets(suback(1, 0)).stops_reading();
    publisher.publishes(1, 6000, 0);
    const auto held = world.books().held;
    EXPECT_LT(held, 5500) << "its outbox, and no more";
    publisher.publishes(6001, 9000, 0);
    EXPECT_EQ(world.books().held, held) << "what comes now is in the stream only";
    slow.reads_again();
    EXPECT_EQ(takes(slow), numbers(1, 9000));
    EXPECT_EQ(world.books().discarded_total(), 0);
}

TEST_P(Streams, LargeMessagesAreNotLostByAReaderOfQoS0) {
    world_options.limits.outbox_bytes_max = 10'000;
    World world(world_options);
    world.client("p").sends(connect("p")).gets(connack());
    const std::string payload(9000, 'x');
    for (int i = 1; i <= 20; ++i) world.client("p").sends(publish("order/a", payload, 1, i)).gets(puback(i));
    Client& client = reader(world, "r", "$stream/events/earliest", 0);
    client.gets(suback(1, 0));
    for (int i = 1; i <= 20; ++i) client.gets(publish("order/a", payload));
    client.gets_nothing();
}

TEST_P(Streams, AKeptSessionGoesOnBehindWhatItAcknowledged) {
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 5);
    Client& client = world.client("r");
    client.sends(connect_again("r")).gets(connack());
    client.sends(subscribe(1, "$stream/events/earliest", 1)).gets(suback(1, 1));
    for (int i = 1; i <= 5; ++i) client.gets(publish("order/a", std::to_string(i), 1, i));
    client.sends(puback(1)).sends(puback(2)).sends(puback(4)).drops();
    EXPECT_EQ(world.books().held, 0) << "what was not acknowledged is in the stream only";
    publisher.publishes(6, 7);
    client.sends(connect_again("r")).gets(connack(true));
    EXPECT_EQ(takes(client), "3 4 5 6 7");
    client.sends(subscribe(1, "$stream/events/earliest", 1)).gets(suback(1, 1));
    EXPECT_EQ(takes(client), "") << "to subscribe again is to go on";
}

TEST_P(Streams, AnotherPlaceToBeginIsAnotherReading) {
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 3);
    Client& client = world.client("r");
    client.sends(connect("r", kV5)).gets(connack());
    const auto subscribes = [&](const char* start) {
        const PropertyList properties = PropertyList().add_user(shard::kStreamOffset, start);
        mqtt::Subscribe packet = subscribe(1, "$stream/events", 1);
        packet.properties = properties.view();
        client.sends(packet).gets(suback(1, 1));
        return takes(client);
    };
    EXPECT_EQ(subscribes("2"), "2 3");
    EXPECT_EQ(subscribes("2"), "");
    EXPECT_EQ(subscribes("earliest"), "1 2 3");
    publisher.publishes(4, 4);
    EXPECT_EQ(takes(client), "4") << "one reader, not two";
}

TEST_P(Streams, UnsubscribingEndsTheReading) {
    World world(world_options);
    Publisher publisher(world, "order/a");
    Client& client = reader(world, "r", "$stream/events/earliest/#");
    client.gets(suback(1, 1)).sends(unsubscribe(2, "$stream/events/earliest/#")).gets(unsuback(2));
    publisher.publishes(1, 3);
    client.gets_nothing();
    client.sends(subscribe(3, "$stream/events/earliest/#", 1)).gets(suback(3, 1));
    EXPECT_EQ(takes(client), "1 2 3");
    EXPECT_EQ(world.statistics().subscriptions, 1);
    EXPECT_EQ(world.statistics().shared_subscriptions, 0);
}

TEST_P(Streams, SeveralReadersOfOneSessionAreIndependent) {
    world_options.limits.inflight_messages_max = 5;
    World world(world_options);
    Publisher a(world, "order/a");
    a.publishes(1, 30);
    Client& client = reader(world, "r", "$stream/events/earliest/order/a");
    client.gets(suback(1, 1));
    EXPECT_EQ(takes(client), numbers(1, 30));
    client.sends(subscribe(2, "$stream/events/29", 1)).sends(subscribe(3, "$stream/events/@0/order/b", 1));
    EXPECT_EQ(takes(client), "29 30");
    a.publishes(31, 31);
    EXPECT_EQ(takes(client), "31 31");
}

TEST_P(Streams, ExpiredMessagesAreNotGiven) {
    World world(world_options);
    world.client("p").sends(connect("p", kV5)).gets(connack());
    const PropertyList soon = PropertyList().add(PropertyId::kMessageExpiryInterval, 10U);
    mqtt::Publish packet = publish("order/a", "soon", 1, 1);
    packet.properties = soon.view();
    world.client("p").sends(packet).gets(puback(1)).sends(publish("order/a", "never", 1, 2)).gets(puback(2));
    EXPECT_EQ(takes(reader(world, "early", "$stream/events/earliest")), "soon never");
    world.advance(10s);
    EXPECT_EQ(takes(reader(world, "late", "$stream/events/earliest")), "never");
}

// While messages are published, old records are given at a rate; else as fast as the reader takes them.
TEST_P(Streams, ReplayLeavesTheTimeToWhatIsPublished) {
    world_options.limits.stream_tail_bytes_max = 1024;  // what is older comes from the disk
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 3000, 0);
    world.advance(10ms);
    Client& r = reader(world, "r", "$stream/events/earliest", 0);
    Client& live = world.client("live").sends(connect("live")).gets(connack());
    std::size_t all = 0;
    std::size_t most = 0;
    for (int ms = 0; ms < 20; ++ms) {
        const std::size_t came = r.takes_all().size();
        most = std::max(most, came);
        all += came;
        live.sends(publish("order/b", "x"));
        world.advance(1ms);
    }
    if (has_disk()) {
        constexpr std::size_t kBite = 16 + 2 * 8;  // the stream grows by 8 in a period
        EXPECT_LE(most, kBite) << "in a millisecond";
        EXPECT_LE(all, 1U + 20U + 4 * kBite) << "a bite in 8 ms";
    }
    world.advance(50ms);
    all += r.takes_all().size();
    EXPECT_EQ(all, 1U + 3000U + 20U) << "the SUBACK and all messages";
}

TEST_P(Streams, WhoReadsAStreamThatGrowsFastCatchesUp) {
    world_options.limits.stream_tail_bytes_max = 1024;
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 3000, 0);
    world.advance(10ms);
    Client& r = reader(world, "r", "$stream/events/earliest", 0);
    int published = 3000;
    std::size_t came = 0;
    for (int ms = 0; ms < 1000 && came < 1U + static_cast<std::size_t>(published); ++ms) {
        publisher.publishes(published + 1, published + 10, 0);
        published += 10;
        world.advance(1ms);
        came += r.takes_all().size();
    }
    EXPECT_EQ(came, 1U + static_cast<std::size_t>(published))
        << "the SUBACK and all messages, within a second";
}

}  // namespace
}  // namespace dray::test
