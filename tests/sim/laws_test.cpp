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
