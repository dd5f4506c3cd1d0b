// Each law can fail: it is told a story in which it is broken, and one in which it holds.
#include <gtest/gtest.h>

#include <deque>

#include "laws/laws.h"
#include "mqtt/encode.h"
#include "situation.h"
#include "words.h"

namespace dray::sim {
namespace {

using mqtt::QoS;

class NoTransport final : public test::Transport {
    void hand_over(shard::ShardIndex, shard::LinkId, shard::ShardIndex) override {}
    void flush(shard::ShardIndex, shard::LinkId) override {}
    void close(shard::ShardIndex, const shard::Effects::Close&) override {}
};

struct Calm final : Situation {
    test::Cluster& cluster() override { return cluster_; }
    const shard::Books& books() override { return books_; }
    std::uint64_t publishes_refused() override { return 0; }
    Kept kept() const override { return {}; }
    std::string awaited() const override { return awaited_; }
    std::optional<std::uint32_t> retained(std::string_view) override { return retained_; }

    NoTransport transport_;
    test::Cluster cluster_{{}, transport_};
    shard::Books books_;
    std::string awaited_;
    std::optional<std::uint32_t> retained_;
};

struct Story {
    Message& publish(std::uint32_t number, QoS qos, bool retain = false) {
        Message& message = messages.emplace_back();
        message.number = number;
        message.publisher = "p";
        message.topic = "a/t";
        message.qos = qos;
        message.retain = retain;
        laws.tell(&Law::sent, message);
        return message;
    }
    Message& accepted(std::uint32_t number, QoS qos, bool retain = false) {
        Message& message = publish(number, qos, retain);
        message.fate = Message::Fate::kAccepted;
        laws.tell(&Law::answered, message);
        return message;
    }
    void subscribe(const std::string& client, QoS qos, const std::string& group = "") {
        const Subscription subscription{client, "a/#", group, {qos, false, false, {}}};
        laws.tell(&Law::asked, subscription);
        laws.tell(&Law::subscribed, subscription);
    }
    void arrive(const Message& message, const std::string& client, const std::string& group = "") {
        laws.tell(&Law::arrived, Arrival{message, client, 1, group, message.qos, false, 1, 1});
    }
    // A queue "q" and a stream "s" that take what is published.
    void declare() {
        test::ClusterOptions options;
        shard::QueueOptions& queue = options.queues.emplace_back();
        queue.name = "q";
        queue.filters = {"a/#"};
        queue.exclusive = true;
        options.streams = {{.name = "s", .filters = {"a/#"}}};
        laws.tell(&Law::began, options);
    }
    void come_out_of_queue(const Message& message, const std::string& client) {
        Arrival arrival{message, client, 1, "", message.qos, false, 1, 1};
        arrival.queue = "q";
        laws.tell(&Law::arrived, arrival);
    }
    void consume(const Message& message, const std::string& client) {
        come_out_of_queue(message, client);
        laws.tell(&Law::acknowledged, Settled{message, client, "q", false});
    }
    void read_from(const std::string& client, const std::string& start) {
        laws.tell(&Law::asked, Subscription{client, "$stream/s/" + start, "", {}});
    }
    void read(const Message& message, const std::string& client, std::uint64_t offset) {
        Arrival arrival{message, client, 1, "", QoS::kAtLeastOnce, false, 1, 1};
        arrival.offset = offset;
        laws.tell(&Law::arrived, arrival);
    }
    std::string end() {
        laws.tell(&Law::at_the_end, static_cast<Situation&>(calm));
        return laws.verdict();
    }

    Laws laws = all_laws();
    std::deque<Message> messages;
    Calm calm;
};

TEST(Laws, AStoryInWhichAllHold) {
    Story story;
    story.subscribe("c", QoS::kExactlyOnce);
    story.subscribe("m", QoS::kAtLeastOnce, "g");
    const Message& first = story.accepted(1, QoS::kAtLeastOnce);
    const Message& second = story.accepted(2, QoS::kExactlyOnce);
    for (const Message* message : {&first, &second}) {
        story.arrive(*message, "c");
        if (message->qos == QoS::kAtLeastOnce) story.arrive(*message, "m", "g");
    }
    Arrival at_lower_qos{second, "m", 1, "g", QoS::kAtLeastOnce, false, 1, 1};
    story.laws.tell(&Law::arrived, at_lower_qos);
    EXPECT_EQ(story.end(), "");
}

TEST(Laws, AcknowledgedIsDelivered) {
    Story story;
    story.subscribe("c", QoS::kAtLeastOnce);
    story.accepted(1, QoS::kAtLeastOnce);
    EXPECT_EQ(story.end(), "acknowledged is delivered: message 1 of p to a/t never came to c");
}

TEST(Laws, WhatIsInTheBooksMayBeMissing) {
    Story story;
    story.subscribe("c", QoS::kAtLeastOnce);
    story.accepted(1, QoS::kAtLeastOnce);
    story.calm.books_.hold();
    story.calm.books_.discard(shard::Discard::kQueueFull);
    EXPECT_EQ(story.end(), "");
}

TEST(Laws, ExactlyOnce) {
    Story story;
    story.subscribe("c", QoS::kExactlyOnce);
    const Message& message = story.accepted(1, QoS::kExactlyOnce);
    story.arrive(message, "c");
    story.arrive(message, "c");
    EXPECT_EQ(story.end(), "exactly once: message 1 of p to a/t came twice to c#1");
}

TEST(Laws, Order) {
    Story story;
    story.subscribe("c", QoS::kAtLeastOnce);
    const Message& first = story.accepted(1, QoS::kAtLeastOnce);
    const Message& second = story.accepted(2, QoS::kAtLeastOnce);
    story.arrive(second, "c");
    story.arrive(first, "c");
    EXPECT_EQ(story.end(), "order: message 1 of p to a/t came to c#1 behind 2");
}

TEST(Laws, OnlyWhatWasAskedFor) {
    Story story;
    story.arrive(story.accepted(1, QoS::kAtLeastOnce), "c");
    EXPECT_EQ(story.end(),
              "only what was asked for: message 1 of p to a/t came to c, which never asked for it");
}

TEST(Laws, LastAcceptedIsRetained) {
    Story story;
    story.accepted(1, QoS::kAtLeastOnce, true);
    story.accepted(2, QoS::kAtLeastOnce, true);
    story.calm.retained_ = 1;
    EXPECT_EQ(story.end(), "last accepted is retained: a/t has retained 1; accepted last was 2");
}

TEST(Laws, EachSharedMessageHasAMember) {
    Story story;
    story.subscribe("m", QoS::kAtLeastOnce, "g");
    story.accepted(1, QoS::kAtLeastOnce);
    EXPECT_EQ(story.end(), "each shared message has a member: message 1 of p to a/t came to nobody of g a/#");
}

TEST(Laws, AStoryOfAQueueAndAStreamInWhichAllHold) {
    Story story;
    story.declare();
    story.read_from("r", "earliest");
    story.read_from("n", "2");
    const Message& first = story.accepted(1, QoS::kAtLeastOnce);
    const Message& second = story.accepted(2, QoS::kExactlyOnce);
    story.consume(first, "c");
    story.laws.tell(&Law::disconnected, "c");
    story.consume(first, "c");  // again: the first PUBACK was lost
    story.consume(second, "c");
    story.read(first, "r", 1);
    story.read(second, "r", 2);
    story.read(second, "n", 2);
    EXPECT_EQ(story.end(), "");
}

TEST(Laws, AQueueKeepsWhatWasAccepted) {
    Story story;
    story.declare();
    const Message& message = story.accepted(1, QoS::kAtLeastOnce);
    story.come_out_of_queue(message, "c");  // and is not acknowledged
    EXPECT_EQ(story.end(), "queues keep and give: message 1 of p to a/t was lost by queue q");
}

TEST(Laws, AQueueDoesNotGiveWhatWasConsumed) {
    Story story;
    story.declare();
    const Message& message = story.accepted(1, QoS::kAtLeastOnce);
    story.consume(message, "c");
    story.come_out_of_queue(message, "d");
    EXPECT_EQ(story.end(),
              "queues keep and give: message 1 of p to a/t came out of q again after c had acknowledged it");
}

TEST(Laws, WhatPubrelHasComeForIsConsumedForGood) {
    Story story;
    story.declare();
    const Message& message = story.accepted(1, QoS::kExactlyOnce);
    story.consume(message, "c");
    story.laws.tell(&Law::released, Settled{message, "c", "q", false});
    story.laws.tell(&Law::crashed);
    story.come_out_of_queue(message, "d");
    EXPECT_EQ(story.end(),
              "queues keep and give: message 1 of p to a/t came out of q again after c had acknowledged it");
}

TEST(Laws, AnExclusiveQueueGivesInOrder) {
    Story story;
    story.declare();
    const Message& first = story.accepted(1, QoS::kAtLeastOnce);
    story.consume(story.accepted(2, QoS::kAtLeastOnce), "c");
    story.consume(first, "c");
    EXPECT_EQ(story.end(), "queues keep and give: message 1 of p to a/t came out of q behind 2");
}

TEST(Laws, AStreamKeepsWhatWasAccepted) {
    Story story;
    story.declare();
    story.consume(story.accepted(1, QoS::kAtLeastOnce), "c");
    EXPECT_EQ(story.end(), "streams are logs: message 1 of p to a/t is not in s");
}

TEST(Laws, AnOffsetMeansOneMessage) {
    Story story;
    story.declare();
    story.read_from("r", "earliest");
    story.read_from("n", "latest");
    story.read(story.accepted(1, QoS::kAtLeastOnce), "r", 1);
    story.read(story.accepted(2, QoS::kAtLeastOnce), "n", 1);
    EXPECT_EQ(story.laws.verdict(),
              "streams are logs: message 2 of p to a/t, offset 1 came to n, and was message 1 before");
}

TEST(Laws, AReaderGoesForward) {
    Story story;
    story.declare();
    story.read_from("r", "earliest");
    const Message& message = story.accepted(1, QoS::kAtLeastOnce);
    story.read(message, "r", 2);
    story.read(message, "r", 1);
    EXPECT_EQ(story.laws.verdict(),
              "streams are logs: message 1 of p to a/t, offset 1 came to r behind offset 2");
}

TEST(Laws, AReaderLeavesNothingOut) {
    Story story;
    story.declare();
    story.read_from("r", "earliest");
    story.read_from("n", "1");
    const Message& message = story.accepted(1, QoS::kAtLeastOnce);
    story.consume(message, "c");
    story.read(message, "r", 1);
    EXPECT_EQ(story.end(), "streams are logs: n never got offset 1 of s");
}

TEST(Laws, AStreamHasNoGap) {
    Story story;
    story.declare();
    story.read_from("r", "earliest");
    const Message& message = story.accepted(1, QoS::kAtLeastOnce);
    story.consume(message, "c");
    story.read(message, "r", 2);
    EXPECT_EQ(story.end(), "streams are logs: offsets up to 2 of s have gaps");
}

TEST(Laws, AStreamHasQoS2Once) {
    Story story;
    story.declare();
    story.read_from("r", "earliest");
    const Message& message = story.accepted(1, QoS::kExactlyOnce);
    story.consume(message, "c");
    story.read(message, "r", 1);
    story.read(message, "r", 2);
    EXPECT_EQ(story.end(), "streams are logs: message 1 of p to a/t is in s twice");
}

TEST(Laws, DelayedComesInTime) {
    Story story;
    story.subscribe("c", QoS::kAtLeastOnce);
    Message& message = story.publish(1, QoS::kAtLeastOnce);
    message.due = Instant{5'000};
    Arrival arrival{message, "c", 1, "", message.qos, false, 1, 1};
    arrival.at = Instant{4'000};
    story.laws.tell(&Law::arrived, arrival);
    EXPECT_EQ(story.end(), "delayed comes in time: message 1 of p to a/t came to c 1000 ms early");
}

TEST(Laws, LimitsHold) {
    Story story;
    story.subscribe("c", QoS::kAtLeastOnce);
    const Message& message = story.accepted(1, QoS::kAtLeastOnce);
    story.laws.tell(&Law::arrived, Arrival{message, "c", 1, "", message.qos, false, 3, 2});
    EXPECT_EQ(story.end(), "limits hold: c has not acknowledged 3 messages, of which it may be given 2");
}

TEST(Laws, NothingLeaks) {
    Story story;
    story.calm.awaited_ = "c: CONNACK ";
    EXPECT_EQ(story.end(), "nothing leaks: clients wait for c: CONNACK ");
}

// A client sends itself a message, and does not acknowledge it.
TEST(Laws, BooksAreRight) {
    std::string bytes;
    for (const mqtt::Packet& packet :
         {mqtt::Packet(test::connect("c")), mqtt::Packet(test::subscribe(1, "a", 1)),
          mqtt::Packet(test::publish("a", "x", 1, 2))})
        mqtt::encode(packet, mqtt::ProtocolVersion::kV311, bytes);
    Calm calm;
    const shard::LinkId link = calm.cluster_.shard(0).open({}, calm.cluster_.now());
    calm.cluster_.receive(0, link, bytes);
    calm.cluster_.run();
    Laws laws;
    laws.add(books_are_right());
    laws.tell(&Law::at_the_end, static_cast<Situation&>(calm));
    EXPECT_EQ(laws.verdict(), "books are right: 1 messages are held in the end");
}

TEST(Laws, StoreIsSound) {
    Story story;
    shard::StoreBatch batch;
    batch.put(shard::Table::kRetained, "t", "?");
    story.calm.cluster_.disk().commit(0, 1, std::move(batch));
    story.calm.cluster_.disk().sync_one();
    EXPECT_EQ(story.end(), "the store is sound: 't': its value cannot be understood; ");
}

TEST(Laws, WhoBehavesStays) {
    Story story;
    story.laws.tell(&Law::closed,
                    Closing{"c", true, false, false, mqtt::ReasonCode::kProtocolError, "no reason"});
    EXPECT_EQ(story.end(), "who behaves stays: c was thrown out: no reason");
}

TEST(Laws, BrokerSpeaksMqtt) {
    Story story;
    story.laws.tell(&Law::misspoke, "c", "a packet before CONNACK");
    EXPECT_EQ(story.end(), "broker speaks MQTT: to c: a packet before CONNACK");
}

}  // namespace
}  // namespace dray::sim
