// Retained messages, section 3.3.1.3 (RETAIN) of both versions.
#include "harness/transcript.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(Retained);

// [MQTT-3.1.1 3.3.1-5, 3.3.1-6, 3.3.1-8] [MQTT-5.0 3.3.1-5, 3.3.1-9]
TEST_P(Retained, ANewSubscriptionGetsTheMessage) {
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain());
    client("sub")
        .connects("sub")
        .subscribes("t", 1)
        .takes(publish("t", "kept").qos(1).retain())
        .gets_nothing();
}

// [MQTT-3.1.1 3.3.1-9] [MQTT-5.0 3.3.1-12]
TEST_P(Retained, EstablishedSubscriptionsGetItWithoutTheFlag) {
    client("sub").connects("sub").subscribes("t", 1);
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain());
    client("sub").takes(publish("t", "kept").qos(1)).gets_nothing();
}

// [MQTT-3.1.1 3.3.1-5, 3.3.1-7] [MQTT-5.0 3.3.1-5]
TEST_P(Retained, TheLastMessageReplacesTheOneBefore) {
    client("pub").connects("pub");
    client("pub").publishes(publish("t", "1").qos(2).retain()).publishes(publish("t", "2").qos(1).retain());
    client("a").connects("a").subscribes("t", 2).takes(publish("t", "2").qos(1).retain()).gets_nothing();
    client("pub").sends(publish("t", "3").retain());
    client("a").gets(publish("t", "3"));
    client("b").connects("b").subscribes("t", 2).gets(publish("t", "3").retain()).gets_nothing();
}

// [MQTT-3.1.1 3.3.1-10, 3.3.1-11] [MQTT-5.0 3.3.1-6, 3.3.1-7]
TEST_P(Retained, AnEmptyPayloadClearsIt) {
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain());
    client("old").connects("old").subscribes("t").gets(publish("t", "kept").retain());
    client("pub").publishes(publish("t", "").qos(1).retain());
    client("old").gets(publish("t", ""));
    client("new").connects("new").subscribes("t").gets_nothing();
}

// [MQTT-3.1.1 3.3.1-12] [MQTT-5.0 3.3.1-8]
TEST_P(Retained, AMessageWithoutTheFlagLeavesTheRetainedOneAlone) {
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain());
    client("pub").publishes(publish("t", "passing").qos(1)).publishes(publish("t", "").qos(1));
    client("sub").connects("sub").subscribes("t").gets(publish("t", "kept").retain()).gets_nothing();
}

// [MQTT-3.1.1 3.3.1-6]
TEST_P(Retained, AWildcardGetsEveryTopicItTakes) {
    client("pub").connects("pub");
    for (const char* topic : {"a/1", "a/2", "a/2/deep", "a", "b/1", "/a/1"}) {
        client("pub").publishes(publish(topic, topic).qos(1).retain());
    }
    client("x").connects("x").subscribes("a/+");
    client("x")
        .gets_in_any_order({publish("a/1", "a/1").retain(), publish("a/2", "a/2").retain()})
        .gets_nothing();
    client("y").connects("y").subscribes("a/#");
    client("y").gets_in_any_order({publish("a", "a").retain(), publish("a/1", "a/1").retain(),
                                   publish("a/2", "a/2").retain(), publish("a/2/deep", "a/2/deep").retain()});
    client("y").gets_nothing();
    client("z").connects("z").subscribes("+/1");
    client("z")
        .gets_in_any_order({publish("a/1", "a/1").retain(), publish("b/1", "b/1").retain()})
        .gets_nothing();
}

// [MQTT-3.1.1 3.8.4-6] [MQTT-5.0 3.8.4-8]
TEST_P(Retained, TheLowerOfRetainedAndGrantedQoSCounts) {
    client("pub").connects("pub");
    for (int qos = 0; qos <= 2; ++qos) {
        client("pub").publishes(publish("t" + std::to_string(qos), "x").qos(qos).retain());
    }
    for (int granted = 0; granted <= 2; ++granted) {
        Client& sub = client("s" + std::to_string(granted)).connects("s" + std::to_string(granted));
        for (int qos = 0; qos <= 2; ++qos) {
            const std::string topic = "t" + std::to_string(qos);
            sub.subscribes(topic, granted).takes(publish(topic, "x").qos(std::min(qos, granted)).retain());
        }
    }
}

// [MQTT-3.1.1 3.8.4-3] [MQTT-5.0 3.8.4-4]
TEST_P(Retained, SubscribingAgainBringsItAgain) {
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain());
    client("sub").connects("sub").subscribes("t").gets(publish("t", "kept").retain());
    client("sub").subscribes("t").gets(publish("t", "kept").retain()).gets_nothing();
}

// [MQTT-3.1.1 3.1.2-7] [MQTT-5.0 4.1.0-2]: retained messages are not part of a session.
TEST_P(Retained, ItOutlivesThePublishersSession) {
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain()).disconnects();
    client("sub").connects("sub").subscribes("t").gets(publish("t", "kept").retain());
}

TEST_P(Retained, ResumingASessionDoesNotBringItAgain) {
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain());
    client("sub").connects(connect("sub").persistent()).subscribes("t", 1);
    client("sub").takes(publish("t", "kept").qos(1).retain()).gets_nothing().disconnects();
    client("sub").connects(connect("sub").persistent(), true).gets_nothing();
}

// A message that waits for an offline client is an ordinary delivery: RETAIN 0 [MQTT-3.1.1 3.3.1-9].
TEST_P(Retained, AnOfflineSubscriberGetsItLaterWithoutTheFlag) {
    client("sub").connects(connect("sub").persistent()).subscribes("t", 1).disconnects();
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain());
    client("sub")
        .connects(connect("sub").persistent(), true)
        .takes(publish("t", "kept").qos(1))
        .gets_nothing();
}

TEST_P(Retained, UnsubscribingAndSubscribingBringsItAgain) {
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain());
    client("sub").connects("sub").subscribes("t").gets(publish("t", "kept").retain());
    client("sub")
        .sends(unsubscribe({"t"}))
        .gets(unsuback({0}))
        .subscribes("t")
        .gets(publish("t", "kept").retain());
}

TEST_P(Retained, EveryFilterOfASubscribeGetsItsOwn) {
    client("pub").connects("pub").publishes(publish("x", "1").qos(1).retain());
    client("pub").publishes(publish("y", "2").qos(1).retain());
    client("sub").connects("sub").sends(subscribe({{"x", 0}, {"none", 0}, {"y", 1}})).gets(suback({0, 0, 1}));
    client("sub").gets_in_any_order({publish("x", "1").retain(), publish("y", "2").qos(1).retain()});
}

DRAY_TRANSCRIPTS_V5(RetainedV5);

// [MQTT-5.0 3.3.1-9, 3.3.1-10, 3.3.1-11]
TEST_F(RetainedV5, RetainHandlingDecidesWhatASubscribeBrings) {
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain());
    client("a").connects("a").sends(subscribe("t").retain_handling(2)).gets(suback({0})).gets_nothing();
    client("b").connects("b").sends(subscribe("t").retain_handling(1)).gets(suback({0}));
    client("b").gets(publish("t", "kept").retain());
    client("b").sends(subscribe("t").retain_handling(1)).gets(suback({0})).gets_nothing();
    client("b")
        .sends(subscribe("t").retain_handling(0))
        .gets(suback({0}))
        .gets(publish("t", "kept").retain());
}

// [MQTT-5.0 3.3.1-12, 3.3.1-13]
TEST_F(RetainedV5, RetainAsPublishedKeepsTheFlag) {
    client("a").connects("a").sends(subscribe("t").retain_as_published()).gets(suback({0}));
    client("b").connects("b").subscribes("t");
    client("pub").connects("pub").publishes(publish("t", "1").retain()).publishes(publish("t", "2"));
    client("a").gets(publish("t", "1").retain()).gets(publish("t", "2"));
    client("b").gets(publish("t", "1")).gets(publish("t", "2"));
}

// [MQTT-5.0 3.3.2-4, 3.3.2-15, 3.3.2-16, 3.3.2-17, 3.3.2-20]
TEST_F(RetainedV5, ItKeepsItsProperties) {
    const PublishPacket kept = publish("t", "kept")
                                   .retain()
                                   .property(PropertyId::kPayloadFormatIndicator, 1)
                                   .property(PropertyId::kContentType, "text/plain")
                                   .property(PropertyId::kResponseTopic, "r")
                                   .property(PropertyId::kCorrelationData, "c")
                                   .user_property("k", "v");
    client("pub").connects("pub").sends(kept).gets_nothing();
    client("sub").connects("sub").subscribes("t").gets(kept);
}

// [MQTT-5.0 3.3.2-5, 3.3.2-6]
TEST_F(RetainedV5, ItExpires) {
    client("pub").connects("pub");
    client("pub").publishes(
        publish("t", "kept").retain().property(PropertyId::kMessageExpiryInterval, 1).qos(1));
    client("pub").publishes(
        publish("u", "long").retain().property(PropertyId::kMessageExpiryInterval, 60).qos(1));
    time_passes(std::chrono::milliseconds(2500));
    client("sub").connects("sub").subscribes("t").gets_nothing().subscribes("u");
    const auto received = client("sub").next();
    ASSERT_TRUE(received);
    const auto left =
        std::get<mqtt::Publish>(received->packet).properties.integer(PropertyId::kMessageExpiryInterval);
    EXPECT_LE(left.value_or(0), 58U);
    EXPECT_GE(left.value_or(0), 50U);
}

// MQTT 5.0 section 4.8.2: retained messages are not sent when a shared subscription is made.
TEST_F(RetainedV5, ASharedSubscriptionDoesNotGetIt) {
    MOSQUITTO_DIFFERS("5.0 4.8.2 (not numbered)", "sends retained messages to a new shared subscription");
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain());
    client("sub").connects("sub").subscribes("$share/g/t", 1).gets_nothing();
}

// [MQTT-5.0 3.3.4-3]
TEST_F(RetainedV5, ItCarriesTheSubscriptionIdentifier) {
    client("pub").connects("pub").publishes(publish("t", "kept").qos(1).retain());
    client("sub").connects("sub").sends(subscribe("t").subscription_id(42)).gets(suback({0}));
    client("sub").gets(publish("t", "kept").retain().property(PropertyId::kSubscriptionIdentifier, 42));
}

}  // namespace dray::conformance
