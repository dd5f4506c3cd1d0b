// What streams keep, and for how long: retention, streams that are made and deleted, crashes.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "stream_world.h"

namespace dray::test {
namespace {

DRAY_EACH_STREAM_WORLD(StreamKeeping);

TEST_P(StreamKeeping, RetentionByBytesRemovesTheOldest) {
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

TEST_P(StreamKeeping, RetentionByAgeRemovesTheOldest) {
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

TEST_P(StreamKeeping, AreListedCreatedAndDeleted) {
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

// While one of QoS 2 is being committed with takers on other shards, the next may have none there.
TEST(StreamOrder, AMessageDoesNotOvertakeOneThatIsBeingCommitted) {
    constexpr int kPublishers = 8;  // on several shards
    for (const shard::ShardIndex shards : {shard::ShardIndex{2}, shard::ShardIndex{4}}) {
        WorldOptions options;
        options.shards = shards;
        options.disk = Disk::kByHand;
        options.streams = {{.name = "events", .filters = {"order/#"}}};
        World world(options);
        const auto name = [](int i) { return "p" + std::to_string(i); };
        const auto all_publish = [&](std::string_view payload, int id) {
            for (int i = 0; i < kPublishers; ++i)
                world.client(name(i)).says(publish("order/" + std::to_string(i), payload, 2, id));
            world.run();
        };
        for (int i = 0; i < kPublishers; ++i) world.client(name(i)).sends(connect_again(name(i)));
        world.client("s").sends(connect_again("s"));
        world.sync();
        world.client("s").sends(subscribe(1, "order/#", 2));
        world.sync();
        all_publish("first", 1);
        world.client("s").sends(unsubscribe(2, "order/#"));
        all_publish("second", 2);
        world.sync();
        reader(world, "r", "$stream/events/earliest", 0);
        world.sync();
        std::map<std::string, std::string> by_topic;
        for (const mqtt::Packet& packet : world.client("r").takes_all()) {
            if (const auto* message = std::get_if<mqtt::Publish>(&packet))
                by_topic[std::string(message->topic)] += std::string(as_text(message->payload)) + " ";
        }
        EXPECT_EQ(by_topic.size(), std::size_t{kPublishers});
        for (const auto& [topic, payloads] : by_topic) EXPECT_EQ(payloads, "first second ") << topic;
    }
}

}  // namespace
}  // namespace dray::test
