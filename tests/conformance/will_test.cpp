// Wills, sections 3.1.2.5 to 3.1.2.7 and, in 5.0, 3.1.3.2 (will delay and properties).
#include "harness/transcript.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(Wills);

// [MQTT-3.1.1 3.1.2-8, 3.1.2-16] [MQTT-5.0 3.1.2-7, 3.1.2-8, 3.1.2-14]
TEST_P(Wills, AnAbruptEndPublishesIt) {
    client("sub").connects("sub").subscribes("w", 2);
    client("a").connects(connect("a").will("w", "gone", 1)).drops();
    client("sub").takes(publish("w", "gone").qos(1)).gets_nothing();
    client("late").connects("late").subscribes("w").gets_nothing();
}

// [MQTT-3.1.1 3.1.2-10, 3.14.4-3] [MQTT-5.0 3.1.2-10, 3.14.4-3]
TEST_P(Wills, DisconnectDiscardsIt) {
    client("sub").connects("sub").subscribes("w");
    client("a").connects(connect("a").will("w", "gone")).disconnects();
    client("b").connects("b").publishes(publish("w", "marker"));
    client("sub").gets(publish("w", "marker")).gets_nothing();
}

// [MQTT-3.1.1 3.1.2-12]
TEST_P(Wills, WithoutAWillNothingIsPublished) {
    client("sub").connects("sub").subscribes("#");
    client("a").connects("a").drops();
    client("sub").gets_nothing();
}

// [MQTT-3.1.1 3.1.2-17] [MQTT-5.0 3.1.2-15]
TEST_P(Wills, ItMayBeRetained) {
    client("sub").connects("sub").subscribes("w");
    client("a").connects(connect("a").will("w", "gone", 0, true)).drops();
    client("sub").gets(publish("w", "gone"));
    client("late").connects("late").subscribes("w").gets(publish("w", "gone").retain());
}

TEST_P(Wills, EachQoSIsDeliveredAsSuch) {
    client("sub").connects("sub").subscribes("w", 2);
    for (int qos = 0; qos <= 2; ++qos) {
        client("a").connects(connect("a").will("w", "gone", qos)).drops();
        client("sub").takes(publish("w", "gone").qos(qos));
    }
}

TEST_P(Wills, AnEmptyRetainedWillClearsTheTopic) {
    client("pub").connects("pub").publishes(publish("w", "here").qos(1).retain());
    client("sub").connects("sub").subscribes("w").gets(publish("w", "here").retain());
    client("a").connects(connect("a").will("w", "", 0, true)).drops();
    client("sub").gets(publish("w", ""));
    client("late").connects("late").subscribes("w").gets_nothing();
}

// Section 3.1.2.5: a connection that the server closes for a protocol error leaves its will.
TEST_P(Wills, AProtocolErrorPublishesIt) {
    client("sub").connects("sub").subscribes("w");
    client("a")
        .connects(connect("a").will("w", "gone"))
        .sends(raw({0x63, 0x02, 0x00, 0x01}))  // PUBREL with wrong flags
        .is_refused(std::vector{ReasonCode::kMalformedPacket, ReasonCode::kProtocolError});
    client("sub").gets(publish("w", "gone"));
}

// Section 3.1.2.5 of 3.1.1: closed without a DISCONNECT from the client; 5.0 section 3.1.4: with a delay of
// 0.
TEST_P(Wills, ATakeOverPublishesIt) {
    client("sub").connects("sub").subscribes("w");
    client("a").connects(connect("same").will("w", "gone"));
    client("b").connects("same");
    client("sub").gets(publish("w", "gone"));
}

// [MQTT-3.1.1 3.1.2-24] and its will; [MQTT-5.0 3.1.2-22]
TEST_P(Wills, AnEndedKeepAlivePublishesIt) {
    MOSQUITTO_DIFFERS("3.1.1 3.1.2-24, 5.0 3.1.2-22", "looks for silent clients every five seconds only");
    client("sub").connects("sub").subscribes("w");
    client("a")
        .connects(connect("a").keep_alive(1).will("w", "gone"))
        .is_refused(ReasonCode::kKeepAliveTimeout);
    client("sub").gets(publish("w", "gone"));
}

// [MQTT-3.1.1 3.1.2-10]: of an old connection nothing is left.
TEST_P(Wills, TheNextConnectionHasItsOwnOrNone) {
    client("sub").connects("sub").subscribes("#");
    client("a").connects(connect("a").will("old", "1")).disconnects();
    client("a").connects(connect("a").will("new", "2")).drops();
    client("sub").gets(publish("new", "2"));
    client("a").connects("a").drops();
    client("sub").gets_nothing();
}

TEST_P(Wills, AClientMayReceiveItsOwnWillLater) {
    client("a").connects(connect("a").persistent().will("w", "gone", 1)).subscribes("w", 1).drops();
    client("a").connects(connect("a").persistent(), true).takes(publish("w", "gone").qos(1));
}

DRAY_TRANSCRIPTS_V5(WillsV5);

// MQTT 5.0 section 3.14.2.1: 0x04 Disconnect with Will Message.
TEST_F(WillsV5, DisconnectWithWillPublishesIt) {
    client("sub").connects("sub").subscribes("w");
    client("a")
        .connects(connect("a").will("w", "gone"))
        .sends(disconnect(ReasonCode::kDisconnectWithWill))
        .is_closed();
    client("sub").gets(publish("w", "gone"));
}

// [MQTT-5.0 3.1.2-8]
TEST_F(WillsV5, TheDelayHoldsItBack) {
    client("sub").connects("sub").subscribes("w");
    client("a").connects(
        connect("a").persistent().will("w", "gone").will_property(PropertyId::kWillDelayInterval, 1));
    const auto start = std::chrono::steady_clock::now();
    client("a").drops();
    client("sub").gets(publish("w", "gone"));
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(950));
}

// [MQTT-5.0 3.1.3-9]
TEST_F(WillsV5, ReconnectingInTimeSuppressesIt) {
    client("sub").connects("sub").subscribes("w");
    client("a")
        .connects(
            connect("a").persistent().will("w", "gone").will_property(PropertyId::kWillDelayInterval, 2))
        .drops();
    client("a").connects(connect("a").persistent(), true);
    time_passes(std::chrono::milliseconds(2600));
    client("sub").gets_nothing();
}

// [MQTT-5.0 3.1.2-8]: the end of the session comes before the end of the delay.
TEST_F(WillsV5, TheEndOfTheSessionPublishesItAtOnce) {
    MOSQUITTO_DIFFERS("5.0 3.1.2-8", "waits for the end of the delay although the session has ended");
    client("sub").connects("sub").subscribes("w");
    client("a")
        .connects(connect("a").will("w", "gone").will_property(PropertyId::kWillDelayInterval, 3600))
        .drops();
    client("sub").gets(publish("w", "gone"));
}

// MQTT 5.0 section 3.1.3.2.2: a new session ends the old one, and with it the delay.
TEST_F(WillsV5, ACleanStartDuringTheDelayPublishesIt) {
    MOSQUITTO_DIFFERS("5.0 3.1.2-8", "drops the delayed will when a clean start ends the session");
    client("sub").connects("sub").subscribes("w");
    client("a")
        .connects(
            connect("a").persistent().will("w", "gone").will_property(PropertyId::kWillDelayInterval, 3600))
        .drops();
    client("a").connects(connect("a").clean(true));
    client("sub").gets(publish("w", "gone"));
}

// [MQTT-5.0 3.1.3-10]
TEST_F(WillsV5, ItsPropertiesArrive) {
    client("sub").connects("sub").subscribes("w");
    client("a")
        .connects(connect("a")
                      .will("w", "gone")
                      .will_property(PropertyId::kPayloadFormatIndicator, 1)
                      .will_property(PropertyId::kContentType, "text/plain")
                      .will_property(PropertyId::kResponseTopic, "r")
                      .will_property(PropertyId::kCorrelationData, "c")
                      .will_user_property("b", "1")
                      .will_user_property("a", "2")
                      .will_user_property("b", "3"))
        .drops();
    client("sub").gets(publish("w", "gone")
                           .property(PropertyId::kPayloadFormatIndicator, 1)
                           .property(PropertyId::kContentType, "text/plain")
                           .property(PropertyId::kResponseTopic, "r")
                           .property(PropertyId::kCorrelationData, "c")
                           .user_property("b", "1")
                           .user_property("a", "2")
                           .user_property("b", "3"));
}

}  // namespace dray::conformance
