// What 5.0 added and a broker has to do: properties that travel, flow control, aliases, identifiers, options.
#include "harness/transcript.h"

namespace dray::conformance {

using std::chrono::milliseconds;

DRAY_TRANSCRIPTS_V5(Properties);

// [MQTT-5.0 3.3.2-4, 3.3.2-15, 3.3.2-16, 3.3.2-17, 3.3.2-18, 3.3.2-20]
TEST_F(Properties, ThoseOfAMessageArriveUnchangedAndInOrder) {
    const PublishPacket message = publish("t", "x")
                                      .qos(1)
                                      .property(PropertyId::kPayloadFormatIndicator, 1)
                                      .property(PropertyId::kContentType, "application/json")
                                      .property(PropertyId::kResponseTopic, "answer/here")
                                      .property(PropertyId::kCorrelationData, std::string("\x00\xff\x01", 3))
                                      .user_property("b", "1")
                                      .user_property("a", "2")
                                      .user_property("b", "1")
                                      .user_property("", "");
    client("sub").connects("sub").subscribes("t", 1);
    client("pub").connects("pub").publishes(message);
    client("sub").takes(message);
}

TEST_F(Properties, A311SubscriberGetsTheMessageWithoutThem) {
    client_of(v311, "sub").connects("sub").subscribes("t", 1);
    client("pub").connects("pub").publishes(publish("t", "x").qos(1).user_property("a", "1"));
    client("sub").takes(publish("t", "x").qos(1));
}

DRAY_TRANSCRIPTS_V5(MessageExpiry);

// [MQTT-5.0 3.3.2-6]
TEST_F(MessageExpiry, WhatIsLeftOfItIsForwarded) {
    client("sub").connects(connect("sub").persistent()).subscribes("t", 1).disconnects();
    client("pub").connects("pub").publishes(
        publish("t", "x").qos(1).property(PropertyId::kMessageExpiryInterval, 100));
    time_passes(milliseconds(2100));
    client("sub").connects(connect("sub").persistent(), true);
    const auto received = client("sub").next();
    ASSERT_TRUE(received);
    const auto left =
        std::get<mqtt::Publish>(received->packet).properties.integer(PropertyId::kMessageExpiryInterval);
    EXPECT_LE(left.value_or(0), 98U);
    EXPECT_GE(left.value_or(0), 90U);
}

// [MQTT-5.0 3.3.2-5]
TEST_F(MessageExpiry, AnExpiredMessageIsNotDelivered) {
    client("sub").connects(connect("sub").persistent()).subscribes("t", 1).disconnects();
    client("pub").connects("pub");
    client("pub").publishes(publish("t", "1").qos(1).property(PropertyId::kMessageExpiryInterval, 1));
    client("pub").publishes(publish("t", "2").qos(1));
    time_passes(milliseconds(2200));
    client("sub").connects(connect("sub").persistent(), true).takes(publish("t", "2").qos(1)).gets_nothing();
}

DRAY_TRANSCRIPTS_V5(SubscriptionOptions);

// [MQTT-5.0 3.8.3-3]
TEST_F(SubscriptionOptions, NoLocalKeepsOnesOwnMessagesAway) {
    client("a").connects("a").sends(subscribe("t", 1).no_local()).gets(suback({1}));
    client("b").connects("b").subscribes("t");
    client("a").publishes(publish("t", "mine").qos(1));
    client("b").gets(publish("t", "mine")).publishes(publish("t", "yours"));
    client("b").gets(publish("t", "yours"));
    client("a").gets(publish("t", "yours")).gets_nothing();
}

// [MQTT-5.0 3.3.4-3, 3.3.4-4, 3.3.4-5]
TEST_F(SubscriptionOptions, IdentifiersComeWithTheMessage) {
    client("a").connects("a");
    client("a").sends(subscribe("t/1").subscription_id(1)).gets(suback({0}));
    client("a").sends(subscribe("u").subscription_id(268'435'455)).gets(suback({0}));
    client("a").subscribes("v");
    client("pub").connects("pub");
    client("pub").publishes(publish("t/1", "x")).publishes(publish("u", "y")).publishes(publish("v", "z"));
    client("a").gets(publish("t/1", "x").property(PropertyId::kSubscriptionIdentifier, 1));
    client("a").gets(publish("u", "y").property(PropertyId::kSubscriptionIdentifier, 268'435'455));
    client("a").gets(publish("v", "z"));
}

// [MQTT-5.0 3.3.4-4]
TEST_F(SubscriptionOptions, OverlappingSubscriptionsGiveAllTheirIdentifiers) {
    MOSQUITTO_DIFFERS("5.0 3.3.4-4 (permitted)", "sends a copy for each subscription");
    client("a").connects("a");
    client("a").sends(subscribe("t/#", 1).subscription_id(7)).gets(suback({1}));
    client("a").sends(subscribe("t/+", 0).subscription_id(200)).gets(suback({0}));
    client("a").subscribes("#", 0);
    client("pub").connects("pub").publishes(publish("t/1", "x").qos(1));
    client("a").takes(publish("t/1", "x")
                          .qos(1)
                          .property(PropertyId::kSubscriptionIdentifier, 7)
                          .property(PropertyId::kSubscriptionIdentifier, 200));
    client("a").gets_nothing();
}

// [MQTT-5.0 3.8.4-3]: the identifier belongs to the subscription and is replaced with it.
TEST_F(SubscriptionOptions, SubscribingAgainReplacesTheIdentifier) {
    client("a").connects("a").sends(subscribe("t").subscription_id(1)).gets(suback({0}));
    client("a").sends(subscribe("t").subscription_id(2)).gets(suback({0}));
    client("pub").connects("pub").publishes(publish("t", "x"));
    client("a").gets(publish("t", "x").property(PropertyId::kSubscriptionIdentifier, 2));
    client("a").subscribes("t");
    client("pub").publishes(publish("t", "y"));
    client("a").gets(publish("t", "y"));
}

TEST_F(SubscriptionOptions, IdentifiersAndOptionsOutliveTheConnection) {
    client("a").connects(connect("a").persistent());
    client("a")
        .sends(subscribe("t", 1).subscription_id(5).retain_as_published())
        .gets(suback({1}))
        .disconnects();
    client("pub").connects("pub").publishes(publish("t", "x").qos(1).retain());
    client("a").connects(connect("a").persistent(), true);
    client("a").takes(publish("t", "x").qos(1).retain().property(PropertyId::kSubscriptionIdentifier, 5));
}

DRAY_TRANSCRIPTS_V5(TopicAlias);

// [MQTT-5.0 3.3.2-12]
TEST_F(TopicAlias, StandsForTheTopicItWasGivenWith) {
    client("sub").connects("sub").subscribes("#");
    client("pub").connects("pub");
    client("pub").sends(publish("a/long/topic", "1").property(PropertyId::kTopicAlias, 1));
    client("pub").sends(publish("", "2").property(PropertyId::kTopicAlias, 1));
    client("pub").sends(publish("b", "3").property(PropertyId::kTopicAlias, 1));
    client("pub").sends(publish("", "4").property(PropertyId::kTopicAlias, 1));
    client("sub").gets(publish("a/long/topic", "1")).gets(publish("a/long/topic", "2"));
    client("sub").gets(publish("b", "3")).gets(publish("b", "4"));
}

// [MQTT-5.0 3.3.2-7]
TEST_F(TopicAlias, IsForgottenWithTheConnection) {
    client("pub").connects(connect("pub").persistent());
    client("pub").sends(publish("t", "1").property(PropertyId::kTopicAlias, 1)).disconnects();
    client("pub").connects(connect("pub").persistent(), true);
    client("pub").sends(publish("", "2").property(PropertyId::kTopicAlias, 1));
    client("pub").is_refused(std::vector{ReasonCode::kProtocolError, ReasonCode::kTopicAliasInvalid});
}

// MQTT 5.0 section 3.3.2.3.4
TEST_F(TopicAlias, ThatWasNeverGivenIsRefused) {
    client("pub").connects("pub").sends(publish("", "x").property(PropertyId::kTopicAlias, 2));
    client("pub").is_refused(std::vector{ReasonCode::kProtocolError, ReasonCode::kTopicAliasInvalid});
}

// [MQTT-5.0 3.3.2-9]
TEST_F(TopicAlias, AboveTheMaximumIsRefused) {
    client("pub").connects("pub").sends(publish("t", "x").property(PropertyId::kTopicAlias, 65535));
    client("pub").is_refused(std::vector{ReasonCode::kTopicAliasInvalid, ReasonCode::kProtocolError});
}

// [MQTT-5.0 3.1.2-27]: nobody gets an alias who did not offer to understand it.
TEST_F(TopicAlias, IsNotSentToWhoDidNotAllowIt) {
    client("sub").connects("sub").subscribes("t");
    client("pub").connects("pub");
    for (int i = 0; i < 3; ++i) {
        client("pub").sends(publish("t", "x").property(PropertyId::kTopicAlias, 1));
        client("sub").gets(publish("t", "x"));
    }
}

DRAY_TRANSCRIPTS_V5(FlowControl);

// [MQTT-5.0 3.3.4-9, 4.9.0-2]
TEST_F(FlowControl, NoMoreThanReceiveMaximumIsUnacknowledged) {
    MOSQUITTO_DIFFERS("5.0 4.9.0-2", "counts a QoS 2 message as done at its PUBREC");
    client("sub").connects(connect("sub").property(PropertyId::kReceiveMaximum, 2)).subscribes("t", 2);
    client("pub").connects("pub");
    for (int i = 0; i < 5; ++i) client("pub").publishes(publish("t", std::to_string(i)).qos(1 + i % 2));
    client("sub").gets(publish("t", "0").qos(1));
    const std::uint16_t first = client("sub").last_id();
    client("sub").gets(publish("t", "1").qos(2));
    const std::uint16_t second = client("sub").last_id();
    client("sub").gets_nothing().sends(puback(first)).gets(publish("t", "2").qos(1));
    const std::uint16_t third = client("sub").last_id();
    client("sub").sends(pubrec(second)).gets(pubrel(second)).gets_nothing();
    client("sub").sends(pubcomp(second)).gets(publish("t", "3").qos(2)).gets_nothing();
    client("sub").sends(puback(third)).gets(publish("t", "4").qos(1)).gets_nothing();
}

// [MQTT-5.0 3.3.4-10, 4.9.0-3]
TEST_F(FlowControl, EverythingElseGoesOnWhileTheQuotaIsUsedUp) {
    client("sub")
        .connects(connect("sub").property(PropertyId::kReceiveMaximum, 1))
        .subscribes("t", 1)
        .subscribes("q");
    client("pub").connects("pub").publishes(publish("t", "1").qos(1)).publishes(publish("t", "2").qos(1));
    client("sub").gets(publish("t", "1").qos(1));
    const std::uint16_t id = client("sub").last_id();
    client("pub").publishes(publish("q", "qos 0"));
    client("sub")
        .gets(publish("q", "qos 0"))
        .publishes(publish("u", "x").qos(2))
        .subscribes("v", 1)
        .gets_nothing();
    client("sub").sends(puback(id)).takes(publish("t", "2").qos(1));
}

// [MQTT-5.0 3.1.2-24, 3.1.2-25]
TEST_F(FlowControl, APacketTooLargeForTheClientIsLeftOut) {
    client("sub").connects(connect("sub").property(PropertyId::kMaximumPacketSize, 60)).subscribes("t", 1);
    client("pub").connects("pub").publishes(publish("t", "small").qos(1));
    client("pub")
        .publishes(publish("t", std::string(100, 'x')).qos(1))
        .publishes(publish("t", "after").qos(1));
    client("sub").takes(publish("t", "small").qos(1)).takes(publish("t", "after").qos(1)).gets_nothing();
}

TEST_F(FlowControl, AMessageThatExactlyFitsIsDelivered) {
    MOSQUITTO_DIFFERS("5.0 3.1.2-24", "sends packets that are a little larger than the client allows");
    // PUBLISH at QoS 0: 2 bytes fixed header, 2 + 1 topic, 1 property length, the rest is payload.
    client("sub").connects(connect("sub").property(PropertyId::kMaximumPacketSize, 60)).subscribes("t");
    client("pub").connects("pub").publishes(publish("t", std::string(55, 'x')));
    client("pub").publishes(publish("t", std::string(54, 'y')));
    client("sub").gets(publish("t", std::string(54, 'y'))).gets_nothing();
}

}  // namespace dray::conformance
