// Streams as their readers see them: with 1, 2 and 4 shards, and with and without a disk.
#include <gtest/gtest.h>

#include <tuple>

#include "base/iso_time.h"
#include "shard/stream_filter.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

using mqtt::PropertyId;
using mqtt::PropertyList;

class Streams : public testing::TestWithParam<std::tuple<shard::ShardIndex, Disk>> {
  protected:
    Streams() {
        world_options.shards = std::get<0>(GetParam());
        world_options.disk = std::get<1>(GetParam());
        world_options.streams = {{.name = "events", .filters = {"order/#", "order/+"}}};
    }
    bool has_disk() const { return world_options.disk != Disk::kNone; }
    WorldOptions world_options;
};
INSTANTIATE_TEST_SUITE_P(Each, Streams,
                         testing::Combine(testing::Values(1, 2, 4),
                                          testing::Values(Disk::kNone, Disk::kByItself)),
                         [](const auto& each) {
                             return std::to_string(std::get<0>(each.param)) + "Shards" +
                                    (std::get<1>(each.param) == Disk::kNone ? "" : "OnDisk");
                         });

// Publishes numbers: topic "<topic>", payload "<number>".
class Publisher {
  public:
    Publisher(World& world, std::string topic) : client_(world.client("p")), topic_(std::move(topic)) {
        client_.sends(connect("p")).gets(connack());
    }
    void publishes(int from, int to, int qos = 1) {
        for (int i = from; i <= to; ++i) {
            client_.sends(publish(topic_, std::to_string(i), qos, qos == 0 ? 0 : i));
            if (qos == 1) client_.gets(puback(i));
            if (qos == 2) client_.gets(pubrec(i)).sends(pubrel(i)).gets(pubcomp(i));
        }
    }

  private:
    Client& client_;
    std::string topic_;
};

// All payloads that have come; what comes with QoS 1 is acknowledged, until nothing comes any more.
std::string takes(Client& client) {
    std::string text;
    for (bool more = true; more;) {
        more = false;
        for (const mqtt::Packet& packet : client.takes_all()) {
            const auto* message = std::get_if<mqtt::Publish>(&packet);
            if (message == nullptr) continue;
            text += std::string(text.empty() ? "" : " ") + std::string(as_text(message->payload));
            if (message->qos == QoS::kAtMostOnce) continue;
            client.sends(puback(static_cast<int>(message->packet_id)));
            more = true;
        }
    }
    return text;
}

std::string numbers(int from, int to) {
    std::string text;
    for (int i = from; i <= to; ++i) text += (text.empty() ? "" : " ") + std::to_string(i);
    return text;
}

Client& reader(World& world, const std::string& name, std::string_view filter, int qos = 1,
               ProtocolVersion version = ProtocolVersion::kV311) {
    return world.client(name).sends(connect(name, version)).gets(connack()).sends(subscribe(1, filter, qos));
}

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

TEST_P(Streams, RetentionByBytesRemovesTheOldest) {
    world_options.streams[0].retention_bytes = 10'000;
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 1000);
    const std::string kept = takes(reader(world, "r", "$stream/events/earliest"));
    const int first = std::stoi(kept);
    EXPECT_EQ(kept, numbers(first, 1000));
    // 27 bytes and the topic, 7, and the payload.
    EXPECT_LE((1000 - first) * 37, 10'000);
    EXPECT_GE((1000 - first) * 37, 10'000 * 14 / 16);
    const auto count = static_cast<std::uint64_t>(1000 - first + 1);
    if (has_disk()) {
        EXPECT_EQ(world.disk().count(shard::Table::kStreamRecords), count);
    }
}

TEST_P(Streams, RetentionByAgeRemovesTheOldest) {
    world_options.streams[0].retention_s = 60;
    World world(world_options);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 10);
    world.advance(30s);
    publisher.publishes(11, 20);
    world.advance(29s);
    EXPECT_EQ(takes(reader(world, "a", "$stream/events/earliest")), numbers(1, 20));
    world.advance(10s);
    EXPECT_EQ(takes(reader(world, "b", "$stream/events/earliest")), numbers(11, 20));
    world.advance(60s);
    EXPECT_EQ(takes(reader(world, "c", "$stream/events/earliest")), "");
    if (has_disk()) {
        EXPECT_EQ(world.disk().count(shard::Table::kStreamRecords), 0);
    }
    publisher.publishes(21, 21);
    EXPECT_EQ(takes(reader(world, "d", "$stream/events/21")), "21") << "offsets go on";
}

TEST_P(Streams, AreListedCreatedAndDeleted) {
    World world(world_options);
    const shard::StreamOptions created{.name = "made", .filters = {"made/#"}};
    const auto home = shard::home_of_stream("made", world_options.shards);
    const auto ask = [&](const shard::StreamAction& action) {
        return world.ask<shard::StreamReply>(home, shard::StreamRequest{5, action});
    };
    world.client("early").sends(connect("early")).gets(connack());
    world.client("early").sends(subscribe(1, "$stream/made/earliest", 1)).gets(suback(1, 0x80));
    EXPECT_EQ(ask(shard::CreateStream{created}).streams.at(0).options, created);
    Publisher publisher(world, "made/a");
    publisher.publishes(1, 3);
    Client& client = reader(world, "r", "$stream/made/earliest/made/+");
    EXPECT_EQ(takes(client), "1 2 3");

    const shard::StreamReply listed = ask(shard::ListStreams{"made"});
    ASSERT_EQ(listed.streams.size(), 1U);
    const shard::StreamInfo& info = listed.streams[0];
    EXPECT_EQ(info.first_offset, 1U);
    EXPECT_EQ(info.next_offset, 4U);
    EXPECT_EQ(info.bytes, 3 * (27 + 6 + 1));
    ASSERT_EQ(info.readers.size(), 1U);
    EXPECT_EQ(info.readers[0].client_id, "r");
    EXPECT_EQ(info.readers[0].filter, "made/+");
    EXPECT_EQ(info.readers[0].lag, 0U);

    EXPECT_EQ(ask(shard::CreateStream{{.name = "made", .filters = {"other"}}}).error,
              shard::StreamError::kNone);
    publisher.publishes(4, 4);
    EXPECT_EQ(takes(client), "") << "it takes in other topics now";
    EXPECT_EQ(ask(shard::DeleteStream{"made"}).error, shard::StreamError::kNone);
    EXPECT_EQ(ask(shard::DeleteStream{"made"}).error, shard::StreamError::kUnknown);
    EXPECT_EQ(ask(shard::ListStreams{"made"}).error, shard::StreamError::kUnknown);
    EXPECT_EQ(ask(shard::CreateStream{{.name = "a/b", .filters = {"x"}}}).error,
              shard::StreamError::kInvalid);
    EXPECT_EQ(world.books().held, 0);
    world.client("early").sends(subscribe(1, "$stream/made/earliest", 1)).gets(suback(1, 0x80));

    EXPECT_EQ(ask(shard::CreateStream{created}).error, shard::StreamError::kNone);
    publisher.publishes(5, 5);
    client.sends(subscribe(2, "$stream/made/earliest/made/+", 1)).gets(suback(2, 1));
    EXPECT_EQ(takes(client), "5") << "a stream of the same name is another stream";
}

DRAY_EACH_SHARD_COUNT(StreamsAfterACrash);

WorldOptions on_disk(const WorldOptions& options, Disk disk = Disk::kByItself) {
    WorldOptions result = options;
    result.disk = disk;
    result.streams = {{.name = "events", .filters = {"order/#"}}};
    return result;
}

TEST_P(StreamsAfterACrash, EverythingIsThereAndOffsetsGoOn) {
    World world(on_disk(options()));
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 1500);
    for (const int shards : {1, 4, 2}) {
        world.crash(static_cast<shard::ShardIndex>(shards));
        Client& client = reader(world, "r", "$stream/events/earliest");
        client.gets(suback(1, 1));
        EXPECT_EQ(takes(client), numbers(1, 1500));
    }
    world.client("p")
        .sends(connect("p"))
        .gets(connack())
        .sends(publish("order/a", "1501", 1, 1))
        .gets(puback(1));
    EXPECT_EQ(takes(world.client("r")), "1501");
    EXPECT_EQ(takes(reader(world, "late", "$stream/events/1501")), "1501");
}

TEST_P(StreamsAfterACrash, AKeptReaderGoesOn) {
    World world(on_disk(options()));
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 1000);
    Client& client = world.client("r");
    client.sends(connect_again("r")).gets(connack());
    client.sends(subscribe(1, "$stream/events/earliest", 1)).gets(suback(1, 1));
    EXPECT_EQ(takes(client), numbers(1, 1000));
    world.advance(2s);
    publisher.publishes(1001, 1001);
    EXPECT_EQ(takes(client), "1001");
    world.sync();
    world.crash(GetParam());
    client.sends(connect_again("r")).gets(connack(true));
    EXPECT_EQ(takes(client), "");
    client.drops();
    world.crash(GetParam());
    world.client("p")
        .sends(connect("p"))
        .gets(connack())
        .sends(publish("order/a", "1002", 1, 1))
        .gets(puback(1));
    client.sends(connect_again("r")).gets(connack(true));
    EXPECT_EQ(takes(client), "1002");
}

TEST_P(StreamsAfterACrash, AnEmptyStreamKeepsItsOffsets) {
    WorldOptions short_lived = on_disk(options());
    short_lived.streams[0].retention_s = 10;
    World world(short_lived);
    Publisher publisher(world, "order/a");
    publisher.publishes(1, 5);
    world.advance(30s);
    EXPECT_EQ(world.disk().count(shard::Table::kStreamRecords), 0);
    world.crash(GetParam());
    world.client("p")
        .sends(connect("p"))
        .gets(connack())
        .sends(publish("order/a", "6", 1, 1))
        .gets(puback(1));
    EXPECT_EQ(takes(reader(world, "r", "$stream/events/6")), "6");
}

TEST_P(StreamsAfterACrash, AStreamMadeAtRunTimeIsThere) {
    World world(on_disk(options()));
    const auto home = shard::home_of_stream("made", GetParam());
    const shard::StreamOptions made{"made", {"made/#", "too"}, 1'000'000, 3600};
    world.ask<shard::StreamReply>(home, shard::StreamRequest{1, shard::CreateStream{made}});
    Publisher publisher(world, "made/a");
    publisher.publishes(1, 2);
    world.crash(2);
    EXPECT_EQ(takes(reader(world, "r", "$stream/made/earliest")), "1 2");
    const auto listed = world.ask<shard::StreamReply>(shard::home_of_stream("made", 2),
                                                      shard::StreamRequest{1, shard::ListStreams{"made"}});
    EXPECT_EQ(listed.streams.at(0).options, made);
}

TEST_P(StreamsAfterACrash, NobodySeesWhatIsNotSafe) {
    World world(on_disk(options(), Disk::kByHand));
    world.sync();
    world.client("p").sends(connect("p")).gets(connack());
    Client& client = reader(world, "r", "$stream/events/earliest");
    client.gets(suback(1, 1));
    world.client("p").sends(publish("order/a", "x", 1, 1)).gets_nothing();
    client.gets_nothing();
    world.sync();
    world.client("p").gets(puback(1));
    client.gets(publish("order/a", "x", 1, 1));
}

// The offset of such a message is given when its publisher's shard has committed it.
TEST_P(StreamsAfterACrash, QoS2OfAKeptPublisherIsThereOnce) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World world(on_disk(options(seed)));
        Client& publisher = world.client("p");
        publisher.sends(connect_again("p")).gets(connack());
        publisher.says(publish("order/a", "1", 2, 1));
        for (std::uint64_t steps = world.random().below(40); steps > 0; --steps) world.step();
        publisher.takes_all();
        world.crash(GetParam());
        publisher.sends(connect_again("p")).gets(connack(true));
        publisher.sends(again(publish("order/a", "1", 2, 1))).gets(pubrec(1));
        publisher.sends(pubrel(1)).gets(pubcomp(1));
        EXPECT_EQ(takes(reader(world, "r", "$stream/events/earliest")), "1");
        EXPECT_EQ(world.disk().count(shard::Table::kStreamPromises), 0);
    }
}

TEST(StreamFilter, HasUpToThreeParts) {
    const auto parts = [](std::string_view text) {
        const auto parsed = shard::parse_stream_filter(text);
        return parsed ? std::string(parsed->stream) + '|' + std::string(parsed->start) + '|' +
                            std::string(parsed->filter)
                      : "none";
    };
    EXPECT_EQ(parts("$stream/a"), "a||");
    EXPECT_EQ(parts("$stream/a/latest"), "a|latest|");
    EXPECT_EQ(parts("$stream/a/17/x/+/#"), "a|17|x/+/#");
    EXPECT_EQ(parts("$stream"), "none");
    EXPECT_EQ(parts("stream/a"), "none");
}

TEST(StreamFilter, StartsAtAPlaceOrATime) {
    using shard::parse_stream_start;
    using shard::StreamStart;
    EXPECT_EQ(parse_stream_start(""), StreamStart{});
    EXPECT_EQ(parse_stream_start("earliest")->from, StreamStart::From::kEarliest);
    EXPECT_EQ(parse_stream_start("18446744073709551615")->offset, ~std::uint64_t{0});
    EXPECT_EQ(parse_stream_start("@1700000000.25")->time, Instant{1'700'000'000'250});
    EXPECT_EQ(parse_stream_start("@2023-11-14T22:13:20Z")->time, Instant{1'700'000'000'000});
    for (const char* wrong : {"first", "-1", "1x", "18446744073709551616", "@", "@x", "@1.", "@1.x", "@-1"})
        EXPECT_FALSE(parse_stream_start(wrong)) << wrong;
}

}  // namespace
}  // namespace dray::test
