// What the broker says besides messages, MQTT 5.0: reasons in words and their limits, aliases, response
// information; and how long promises hold.
#include <vector>

#include "harness/hex.h"
#include "harness/transcript.h"

namespace dray::conformance {

using std::chrono::milliseconds;

DRAY_TRANSCRIPTS(Refusals);

// [MQTT-3.1.1 3.3.5-2]; 5.0 has a reason for it, section 3.4.2.1.
TEST_P(Refusals, APublishThatIsNotAllowedIsAcknowledgedAndReachesNobody) {
    client("watcher").connects("watcher").subscribes("$SYS/x", 1);
    client("a").connects("a").sends(publish("$SYS/x", "1").qos(1).id(7));
    client("a").gets(puback(7, is_v5() ? ReasonCode::kNotAuthorized : ReasonCode::kSuccess));
    client("a").gets_nothing();
    client("watcher").gets_nothing();
}

DRAY_TRANSCRIPTS_V5(ReasonStrings);

// The answers to four mistakes: a PUBACK, a PUBREC, a refused CONNECT and the DISCONNECT of a second CONNECT,
// or how far the broker got. Every packet is within `bytes_max`.
struct Answers {
    std::vector<std::unique_ptr<Received>> packets;
    std::size_t with_words = 0;
};

void collect(Answers& answers, std::unique_ptr<Received> received, std::size_t bytes_max) {
    ASSERT_TRUE(received);
    EXPECT_LE(received->bytes.size(), bytes_max);
    const auto look = [&](const auto& packet) {
        if constexpr (requires { packet.properties; }) {
            if (packet.properties.text(PropertyId::kReasonString)) ++answers.with_words;
            EXPECT_FALSE(packet.properties.text(PropertyId::kUserProperty));
        }
        if constexpr (std::is_same_v<std::decay_t<decltype(packet)>, mqtt::Disconnect>) {
            // [MQTT-5.0 3.14.2-2]
            EXPECT_FALSE(packet.properties.integer(PropertyId::kSessionExpiryInterval));
        }
    };
    std::visit(look, received->packet);
    answers.packets.push_back(std::move(received));
}

Answers answers_to_mistakes(Client& a, const ConnectPacket& first, std::size_t bytes_max) {
    Answers answers;
    a.connects(first);
    a.sends(publish("$SYS/x", "1").qos(1).id(1)).sends(publish("$SYS/x", "2").qos(2).id(2));
    for (int i = 0; i < 2; ++i) collect(answers, a.next(), bytes_max);
    a.sends(first);
    collect(answers, a.next(), bytes_max);
    a.is_closed();
    return answers;
}

// Where somebody may read it the broker says in words what was wrong.
TEST_F(ReasonStrings, ExplainRefusals) {
    MOSQUITTO_DIFFERS("5.0 (optional)", "sends no reason strings");
    EXPECT_EQ(answers_to_mistakes(client("a"), connect("a"), 1000).with_words, 3U);
}

// [MQTT-5.0 3.1.2-29]
TEST_F(ReasonStrings, AreLeftToConnackAndDisconnectWhereNoProblemInformationIsAsked) {
    MOSQUITTO_DIFFERS("5.0 4.13 (optional)", "closes without a DISCONNECT after a second CONNECT");
    const Answers answers = answers_to_mistakes(
        client("a"), connect("a").property(PropertyId::kRequestProblemInformation, 0), 1000);
    for (const auto& received : answers.packets) {
        if (std::holds_alternative<mqtt::Disconnect>(received->packet)) continue;
        const auto& packet = received->packet;
        const auto* ack = std::get_if<mqtt::Puback>(&packet);
        EXPECT_TRUE(ack == nullptr || ack->properties.empty());
        const auto* receipt = std::get_if<mqtt::Pubrec>(&packet);
        EXPECT_TRUE(receipt == nullptr || receipt->properties.empty());
    }
}

// [MQTT-5.0 3.4.2-2, 3.5.2-2, 3.14.2-3, 3.1.2-24]
TEST_F(ReasonStrings, AreLeftOutWhereTheyMakeThePacketTooLarge) {
    MOSQUITTO_DIFFERS("5.0 4.13 (optional)", "closes without a DISCONNECT after a second CONNECT");
    EXPECT_EQ(answers_to_mistakes(client("a"), connect("a").property(PropertyId::kMaximumPacketSize, 24), 24)
                  .with_words,
              0U);
}

// [MQTT-5.0 3.2.2-19]
TEST_F(ReasonStrings, OfAConnackIsLeftOutWhereItMakesThePacketTooLarge) {
    for (const std::uint32_t bytes_max : {12U, 1000U}) {
        Client& a = client("a").sends(
            connect("a").user("brewer", "malt").property(PropertyId::kMaximumPacketSize, bytes_max));
        const auto received = a.next();
        ASSERT_TRUE(received);
        EXPECT_LE(received->bytes.size(), bytes_max);
        const auto& connack = std::get<mqtt::Connack>(received->packet);
        EXPECT_TRUE(mqtt::is_failure(connack.reason));
        if (!is_mosquitto()) {
            EXPECT_EQ(connack.properties.text(PropertyId::kReasonString).has_value(), bytes_max == 1000);
        }
        a.is_closed();
    }
}

// [MQTT-5.0 3.9.2-1]
TEST_F(ReasonStrings, OfASubackIsLeftOutWhereItMakesThePacketTooLarge) {
    MOSQUITTO_DIFFERS("5.0 (not a clause)", "closes where a filter has too many levels");
    std::string deep = "a";
    for (int i = 0; i < 150; ++i) deep += "/a";
    for (const std::uint32_t bytes_max : {30U, 1000U}) {
        Client& a = client("a").connects(connect("a").property(PropertyId::kMaximumPacketSize, bytes_max));
        a.sends(subscribe(deep, 1));
        const auto received = a.next();
        ASSERT_TRUE(received);
        EXPECT_LE(received->bytes.size(), bytes_max);
        const auto& suback = std::get<mqtt::Suback>(received->packet);
        EXPECT_EQ(suback.reasons.at(0), ReasonCode::kTopicFilterInvalid);
        EXPECT_EQ(suback.properties.text(PropertyId::kReasonString).has_value(), bytes_max == 1000);
        a.disconnects();
    }
}

DRAY_TRANSCRIPTS_V5(SentTopicAlias);

// [MQTT-5.0 3.1.2-26, 3.3.2-11, 3.3.2-8]
TEST_F(SentTopicAlias, StaysWithinTheMaximumOfTheClientAndStandsForTheTopic) {
    constexpr std::uint32_t kMaximum = 3;
    client("sub").connects(connect("sub").property(PropertyId::kTopicAliasMaximum, kMaximum)).subscribes("#");
    client("pub").connects("pub");
    std::vector<std::string> known(kMaximum + 1);
    int replaced = 0;
    for (int i = 0; i < 60; ++i) {
        const std::string topic = "a/topic/" + std::to_string(i / 4 % 7);
        client("pub").publishes(publish(topic, std::to_string(i)));
        const auto received = client("sub").next();
        ASSERT_TRUE(received);
        const auto& message = std::get<mqtt::Publish>(received->packet);
        const std::uint32_t alias = message.properties.integer(PropertyId::kTopicAlias).value_or(0);
        ASSERT_LE(alias, kMaximum);
        if (message.topic.empty()) {
            ++replaced;
            EXPECT_EQ(known[alias], topic);
        } else {
            EXPECT_EQ(message.topic, topic);
            known[alias] = topic;
        }
        EXPECT_EQ(as_text(message.payload), std::to_string(i));
    }
    EXPECT_TRUE(replaced > 10 || is_mosquitto()) << replaced;
}

DRAY_TRANSCRIPTS_V5(ResponseInformation);

// [MQTT-5.0 3.1.2-28]; section 4.10: the harness asks drayd for the prefix "answers".
TEST_F(ResponseInformation, IsATopicOfTheClientsOwn) {
    MOSQUITTO_DIFFERS("5.0 3.1.2.11.6 (optional)", "gives no response information");
    Client& a = client("a").sends(connect("me").property(PropertyId::kRequestResponseInformation, 1));
    const auto received = a.next();
    ASSERT_TRUE(received);
    EXPECT_EQ(std::get<mqtt::Connack>(received->packet).properties.text(PropertyId::kResponseInformation),
              "answers/me/");
}

DRAY_TRANSCRIPTS(Lasting);

// [MQTT-3.1.1 4.1.0-1, 4.1.0-2] [MQTT-5.0 4.1.0-1]: however short the session would live alone, its
// connection keeps it.
TEST_P(Lasting, ASessionLastsAsLongAsItsConnection) {
    Client& a = client("a");
    a.connects(is_v5() ? connect("a").property(PropertyId::kSessionExpiryInterval, 1) : connect("a"));
    a.subscribes("t", 2).sends(publish("u", "mine").qos(2).id(9)).gets(pubrec(9));
    time_passes(milliseconds(2200));
    client("pub").connects("pub").publishes(publish("t", "x").qos(2));
    a.takes(publish("t", "x").qos(2));
    a.sends(pubrel(9)).gets(pubcomp(9));
}

DRAY_TRANSCRIPTS_V5(LastingV5);

// [MQTT-5.0 4.3.3-7]
TEST_F(LastingV5, AQoS2MessageThatWasSentDoesNotExpire) {
    MOSQUITTO_DIFFERS("5.0 4.3.3-7", "drops a QoS 2 message that was sent when it expires");
    client("sub").connects(connect("sub").persistent()).subscribes("t", 2);
    client("pub").connects("pub").publishes(
        publish("t", "x").qos(2).property(PropertyId::kMessageExpiryInterval, 1));
    const auto first = client("sub").next();
    ASSERT_TRUE(first);
    const std::uint16_t id = client("sub").last_id();
    client("sub").drops();
    time_passes(milliseconds(2200));
    client("sub").connects(connect("sub").persistent(), true);
    const auto received = client("sub").next();
    ASSERT_TRUE(received);
    const auto& again = std::get<mqtt::Publish>(received->packet);
    EXPECT_TRUE(again.dup);
    EXPECT_EQ(static_cast<std::uint16_t>(again.packet_id), id);
    client("sub").sends(pubrec(id)).gets(pubrel(id)).sends(pubcomp(id)).gets_nothing();
}

// [MQTT-5.0 4.3.3-13]
TEST_F(LastingV5, AQoS2ExchangeFinishesAlthoughItsMessageHasExpired) {
    client("pub").connects("pub").sends(
        publish("t", "x").qos(2).id(5).property(PropertyId::kMessageExpiryInterval, 1));
    client("pub").gets(pubrec(5));
    time_passes(milliseconds(2200));
    client("pub").sends(pubrel(5)).gets(pubcomp(5)).gets_nothing();
}

// [MQTT-5.0 4.3.3-9]
TEST_F(LastingV5, AfterARefusedQoS2PublishTheIdentifierMeansANewMessage) {
    client("sub").connects("sub").subscribes("t", 0);
    client("pub").connects("pub").sends(publish("$SYS/x", "1").qos(2).id(5));
    client("pub").gets(pubrec(5, ReasonCode::kNotAuthorized));
    client("pub").sends(publish("t", "2").qos(2).id(5)).gets(pubrec(5));
    client("pub").sends(pubrel(5)).gets(pubcomp(5));
    client("sub").gets(publish("t", "2")).gets_nothing();
}

// [MQTT-5.0 4.8.2-5]
TEST_F(LastingV5, AQoS2MessageOfASharedMemberWhoseSessionEndedGoesToNoOther) {
    client("a").connects("a").subscribes("$share/g/t", 2);
    client("pub").connects("pub").publishes(publish("t", "x").qos(2));
    client("a").gets(publish("t", "x").qos(2));
    client("b").connects("b").subscribes("$share/g/t", 2);
    client("a").drops();
    client("b").gets_nothing();
}

// [MQTT-5.0 3.1.2-2]. A client of an unknown version understands the answer of 3.1.1 best, or none.
TEST_F(LastingV5, AClientOfAnUnknownVersionIsTurnedAway) {
    client_of(v311, "a").sends(raw(hex("10 0e 00 04 'MQTT' 06 02 00 00 00 00 01 'c'"))).is_turned_away();
}

}  // namespace dray::conformance
