// Sessions that outlive connections, redelivery and take-over: sections 3.1.2.4, 3.1.4, 4.1, 4.4 and 4.6.
#include "harness/transcript.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(Sessions);

// [MQTT-3.1.1 3.1.2-4, 3.1.2-5, 3.2.2-2, 3.2.2-3] [MQTT-5.0 3.1.2-5, 3.1.2-6, 3.1.2-23, 3.2.2-3]
TEST_P(Sessions, MessagesWaitForAnOfflineClientInOrder) {
    client("sub").connects(connect("sub").persistent(), false).subscribes("t", 2).disconnects();
    client("pub").connects("pub");
    for (int i = 0; i < 20; ++i) client("pub").publishes(publish("t", std::to_string(i)).qos(1 + i % 2));
    client("sub").connects(connect("sub").persistent(), true);
    for (int i = 0; i < 20; ++i) client("sub").gets(publish("t", std::to_string(i)).qos(1 + i % 2));
}

// [MQTT-3.1.1 3.1.2-6, 3.2.2-1] [MQTT-5.0 3.1.2-4, 3.2.2-2]
TEST_P(Sessions, ACleanStartForgetsEverything) {
    client("sub").connects(connect("sub").persistent()).subscribes("t", 1).disconnects();
    client("pub").connects("pub").publishes(publish("t", "old").qos(1));
    client("sub").connects(connect("sub").clean(true), false).gets_nothing();
    client("pub").publishes(publish("t", "new").qos(1));
    client("sub").gets_nothing();
}

// [MQTT-3.1.1 3.1.2-6] [MQTT-5.0 4.1.0-2]
TEST_P(Sessions, ACleanSessionLeavesNothingBehind) {
    client("sub").connects("sub").subscribes("t", 1).disconnects();
    client("pub").connects("pub").publishes(publish("t", "x").qos(1));
    client("sub").connects(connect("sub").persistent(), false).gets_nothing();
}

// [MQTT-3.1.1 3.3.1-1, 4.4.0-1, 4.6.0-6] [MQTT-5.0 3.3.1-1, 4.4.0-1, 4.3.2-3]
TEST_P(Sessions, WhatWasNotAcknowledgedIsSentAgainInOrderWithDup) {
    constexpr int kMessages = 10;
    client("sub").connects(connect("sub").persistent()).subscribes("t", 1);
    client("pub").connects("pub");
    std::vector<std::uint16_t> ids;
    for (int i = 0; i < kMessages; ++i) {
        client("pub").publishes(publish("t", std::to_string(i)).qos(1));
        client("sub").gets(publish("t", std::to_string(i)).qos(1));
        ids.push_back(client("sub").last_id());
    }
    client("sub").sends(puback(ids[0])).gets_nothing().drops();
    client("sub").connects(connect("sub").persistent(), true);
    for (int i = 1; i < kMessages; ++i) {
        client("sub").gets(publish("t", std::to_string(i)).qos(1).id(ids[static_cast<std::size_t>(i)]).dup());
        client("sub").sends(puback(client("sub").last_id()));
    }
    client("sub").gets_nothing().disconnects();
    client("sub").connects(connect("sub").persistent(), true).gets_nothing();
}

// [MQTT-3.1.1 4.4.0-1, 4.3.3-1] [MQTT-5.0 4.4.0-1, 4.3.3-3, 4.3.3-5, 4.3.3-6]
TEST_P(Sessions, QoS2GoesOnWhereItStopped) {
    client("sub").connects(connect("sub").persistent()).subscribes("t", 2);
    client("pub").connects("pub").publishes(publish("t", "x").qos(2));
    client("sub").gets(publish("t", "x").qos(2));
    const std::uint16_t id = client("sub").last_id();
    client("sub").drops();

    client("sub").connects(connect("sub").persistent(), true).gets(publish("t", "x").qos(2).id(id).dup());
    client("sub").sends(pubrec(id)).gets(pubrel(id)).drops();

    client("sub")
        .connects(connect("sub").persistent(), true)
        .gets(pubrel(id))
        .sends(pubcomp(id))
        .gets_nothing();
    client("sub").disconnects();
    client("sub").connects(connect("sub").persistent(), true).gets_nothing();
}

// [MQTT-3.1.1 4.3.3-2] [MQTT-5.0 4.3.3-10]
TEST_P(Sessions, AQoS2PublishRepeatedOnTheNextConnectionIsDeliveredOnce) {
    client("sub").connects("sub").subscribes("t", 0);
    client("pub").connects(connect("pub").persistent());
    client("pub").sends(publish("t", "once").qos(2).id(5)).gets(pubrec(5)).drops();
    client("pub").connects(connect("pub").persistent(), true);
    client("pub").sends(publish("t", "once").qos(2).id(5).dup()).gets(pubrec(5));
    client("pub").sends(pubrel(5)).gets(pubcomp(5)).drops();
    client("sub").gets(publish("t", "once")).gets_nothing();
}

TEST_P(Sessions, APubrelOnTheNextConnectionIsAnswered) {
    client("sub").connects("sub").subscribes("t", 0);
    client("pub").connects(connect("pub").persistent());
    client("pub").sends(publish("t", "once").qos(2).id(6)).gets(pubrec(6)).drops();
    client("pub").connects(connect("pub").persistent(), true).sends(pubrel(6)).gets(pubcomp(6));
    client("sub").gets(publish("t", "once")).gets_nothing();
}

// A clean start forgets half-finished QoS 2 as well: the same identifier is a new message
// [MQTT-3.1.1 3.1.2-6].
TEST_P(Sessions, ACleanStartForgetsReceivedQoS2Identifiers) {
    client("sub").connects("sub").subscribes("t", 0);
    client("pub").connects(connect("pub").persistent());
    client("pub").sends(publish("t", "one").qos(2).id(7)).gets(pubrec(7)).drops();
    client("pub").connects(connect("pub")).publishes(publish("t", "two").qos(2).id(7));
    // Whether "one" went on at its PUBLISH or waited for the PUBREL is the receiver's choice (figure 4.3).
    const auto received = client("sub").next();
    ASSERT_TRUE(received);
    if (as_text(std::get<mqtt::Publish>(received->packet).payload) == "one")
        client("sub").gets(publish("t", "two"));
    client("sub").gets_nothing();
}

// [MQTT-3.1.1 3.1.4-2] [MQTT-5.0 3.1.4-3]
TEST_P(Sessions, ATakeOverEndsTheOlderConnection) {
    client("old").connects("same");
    client("new").connects("same").gets_nothing();
    client("old").is_refused(ReasonCode::kSessionTakenOver);
    client("new").gets_nothing();
}

// [MQTT-3.1.1 3.1.4-2, 3.1.2-4] [MQTT-5.0 3.1.4-3, 3.1.2-5]
TEST_P(Sessions, ATakeOverKeepsThePersistentSession) {
    client("old").connects(connect("same").persistent()).subscribes("t", 1);
    client("pub").connects("pub").publishes(publish("t", "1").qos(1));
    client("old").gets(publish("t", "1").qos(1));
    const std::uint16_t id = client("old").last_id();
    client("new").connects(connect("same").persistent(), true).gets(publish("t", "1").qos(1).id(id).dup());
    client("new").sends(puback(id));
    client("old").is_refused(ReasonCode::kSessionTakenOver);
    client("pub").publishes(publish("t", "2").qos(1));
    client("new").takes(publish("t", "2").qos(1)).gets_nothing();
}

// [MQTT-3.1.1 3.1.2-6] [MQTT-5.0 3.1.2-4]
TEST_P(Sessions, ACleanTakeOverKeepsNothing) {
    client("old").connects(connect("same").persistent()).subscribes("t", 1);
    client("new").connects("same");
    client("old").is_refused(ReasonCode::kSessionTakenOver);
    client("pub").connects("pub").publishes(publish("t", "x").qos(1));
    client("new").gets_nothing();
}

TEST_P(Sessions, SubscriptionsMadeBeforeAreStillThereAfterResuming) {
    client("sub").connects(connect("sub").persistent()).subscribes("a/+", 1).subscribes("b", 0).disconnects();
    client("sub").connects(connect("sub").persistent(), true);
    client("pub").connects("pub").publishes(publish("a/1", "x").qos(1)).publishes(publish("b", "y"));
    client("sub").takes(publish("a/1", "x").qos(1)).gets(publish("b", "y")).gets_nothing();
}

// [MQTT-3.1.1 3.10.4-2]
TEST_P(Sessions, AnUnsubscribedFilterStaysAwayAfterResuming) {
    client("sub").connects(connect("sub").persistent()).subscribes("t", 1);
    client("sub").sends(unsubscribe({"t"})).gets(unsuback({0})).disconnects();
    client("pub").connects("pub").publishes(publish("t", "x").qos(1));
    client("sub").connects(connect("sub").persistent(), true).gets_nothing();
}

// [MQTT-3.1.1 3.1.3-2] [MQTT-5.0 3.1.3-2]
TEST_P(Sessions, EachClientIdHasItsOwn) {
    client("a").connects(connect("a").persistent()).subscribes("t", 1).disconnects();
    client("b").connects(connect("b").persistent(), false).gets_nothing();
    client("a").connects(connect("a").persistent(), true).gets_nothing();
}

// A message published while the client is resuming is neither lost nor out of order.
TEST_P(Sessions, MessagesSentDuringResumeComeAfterTheQueuedOnes) {
    constexpr int kMessages = 100;
    client("sub").connects(connect("sub").persistent()).subscribes("t", 1).disconnects();
    client("pub").connects("pub");
    for (int i = 0; i < kMessages; ++i) {
        client("pub").sends(publish("t", std::to_string(i)).qos(1).id(static_cast<std::uint16_t>(i + 1)));
        if (i == kMessages / 2) client("sub").sends(connect("sub").persistent());
    }
    client("sub").gets(connack().session_present());
    for (int i = 0; i < kMessages; ++i) client("sub").takes(publish("t", std::to_string(i)).qos(1));
    client("sub").gets_nothing();
}

DRAY_TRANSCRIPTS_V5(SessionsV5);

// [MQTT-5.0 4.1.0-2, 3.1.2-23]
TEST_F(SessionsV5, WithoutExpiryIntervalTheSessionEndsWithTheConnection) {
    client("a").connects(connect("a").clean(false)).subscribes("t", 1).disconnects();
    client("a").connects(connect("a").clean(false), false);
}

TEST_F(SessionsV5, ACleanStartMayLeaveASessionBehind) {
    client("a")
        .connects(connect("a").property(PropertyId::kSessionExpiryInterval, 60))
        .subscribes("t", 1)
        .drops();
    client("pub").connects("pub").publishes(publish("t", "x").qos(1));
    client("a").connects(connect("a").clean(false), true).takes(publish("t", "x").qos(1));
}

// [MQTT-5.0 4.1.0-2]
TEST_F(SessionsV5, ItExpires) {
    client("a")
        .connects(connect("a").property(PropertyId::kSessionExpiryInterval, 1))
        .subscribes("t", 1)
        .drops();
    time_passes(std::chrono::milliseconds(2500));
    client("a").connects(connect("a").clean(false), false);
}

// MQTT 5.0 section 3.14.2.2.2
TEST_F(SessionsV5, DisconnectMayChangeTheExpiryInterval) {
    client("a").connects(connect("a").property(PropertyId::kSessionExpiryInterval, 60)).subscribes("t", 1);
    client("a").sends(disconnect().session_expiry(0)).is_closed();
    client("a").connects(connect("a").clean(false).property(PropertyId::kSessionExpiryInterval, 1), false);
    client("a").sends(disconnect().session_expiry(60)).is_closed();
    time_passes(std::chrono::milliseconds(2500));
    client("a").connects(connect("a").clean(false), true);
}

// MQTT 5.0 section 3.14.2.2.2: not from zero to something else.
TEST_F(SessionsV5, DisconnectMayNotRaiseTheExpiryIntervalFromZero) {
    client("a").connects("a").sends(disconnect().session_expiry(60)).is_refused(ReasonCode::kProtocolError);
}

// [MQTT-5.0 4.4.0-2]
TEST_F(SessionsV5, AFailedPubackSettlesTheMessage) {
    client("sub").connects(connect("sub").persistent()).subscribes("t", 2);
    client("pub").connects("pub").publishes(publish("t", "1").qos(1)).publishes(publish("t", "2").qos(2));
    client("sub")
        .gets(publish("t", "1").qos(1))
        .sends(puback(client("sub").last_id(), ReasonCode::kUnspecifiedError));
    client("sub")
        .gets(publish("t", "2").qos(2))
        .sends(pubrec(client("sub").last_id(), ReasonCode::kUnspecifiedError));
    client("sub").gets_nothing().disconnects();
    client("sub").connects(connect("sub").persistent(), true).gets_nothing();
}

// MQTT 5.0 section 4.6 and [MQTT-5.0 4.4.0-1]: only a new connection brings a redelivery.
TEST_F(SessionsV5, NothingIsSentAgainWhileTheConnectionLasts) {
    client("sub").connects(connect("sub").persistent()).subscribes("t", 1);
    client("pub").connects("pub").publishes(publish("t", "x").qos(1));
    client("sub").gets(publish("t", "x").qos(1));
    time_passes(std::chrono::milliseconds(1200));
    client("sub").gets_nothing();
}

// A session made by one version is resumed by the other.
TEST_F(SessionsV5, TheVersionMayChangeBetweenConnections) {
    client_of(v311, "a").connects(connect("a").persistent()).subscribes("t", 1).disconnects();
    client("pub").connects("pub").publishes(publish("t", "x").qos(1));
    client_of(v5, "a")
        .connects(connect("a").persistent(), true)
        .takes(publish("t", "x").qos(1))
        .gets_nothing();
}

}  // namespace dray::conformance
