// CONNECT and CONNACK, sections 3.1 and 3.2 of both versions. What is wrong with a CONNECT's bytes is in
// malformed_connect_test.cpp.
#include "harness/hex.h"
#include "harness/transcript.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(Connecting);

// [MQTT-3.1.1 3.1.4-4, 3.2.0-1, 3.2.2-1] [MQTT-5.0 3.1.4-5, 3.2.2-2]
TEST_P(Connecting, AGoodConnectIsAccepted) {
    client("a").sends(connect("c1")).gets(connack()).gets_nothing();
}

// [MQTT-3.1.1 3.1.0-1] [MQTT-5.0 3.1.0-1, 3.14.0-1]
TEST_P(Connecting, TheFirstPacketMustBeConnect) {
    client("a").sends(pingreq()).is_closed();
    client("b").sends(publish("t", "x")).is_closed();
    client("c").sends(disconnect()).is_closed();
}

// [MQTT-3.1.1 3.1.0-2] [MQTT-5.0 3.1.0-2]
TEST_P(Connecting, ASecondConnectClosesTheConnection) {
    client("a").connects("c1").sends(connect("c1")).is_refused(ReasonCode::kProtocolError);
}

// [MQTT-3.1.1 3.1.2-1] [MQTT-5.0 3.1.2-1]
// The level may be read or not, so the answer of a server that gives one is in the older form.
TEST_P(Connecting, AnotherProtocolNameIsTurnedAway) {
    client_of(v311, "a")
        .sends(raw(hex(is_v5() ? "10 0e 00 04 'MQTX' 05 02 00 00 00 00 01 'c'"
                               : "10 0d 00 04 'MQTX' 04 02 00 00 00 01 'c'")))
        .is_turned_away();
}

// [MQTT-3.1.1 3.1.3-5] [MQTT-5.0 3.1.3-5]
TEST_P(Connecting, ClientIdsOfUpTo23LettersAndDigitsAreAccepted) {
    client("a").connects("0123456789ABCDEFGHIJKLM");
    client("b").connects("nopqrstuvwxyzNOPQRSTUVW");
    client("c").connects("X");
}

// [MQTT-3.1.1 3.1.3-6] [MQTT-5.0 3.1.3-6]
TEST_P(Connecting, AnEmptyClientIdGetsAnIdOfItsOwn) {
    client("a").connects("").subscribes("t");
    client("b").connects("").subscribes("t");
    client("c").connects("").publishes(publish("t", "x"));
    client("a").gets(publish("t", "x"));
    client("b").gets(publish("t", "x"));
}

// The bytes EF BB BF, U+FEFF, are part of the id [MQTT-3.1.1 1.5.3-3] [MQTT-5.0 1.5.4-3].
TEST_P(Connecting, ClientIdsAreComparedByteByByte) {
    client("a").connects("\xef\xbb\xbfid");
    client("b").connects("id");
    client("c").connects("ID");
    client("a").gets_nothing();
    client("b").gets_nothing();
}

TEST_P(Connecting, UserNameAndPasswordMayBeGivenWhereNoneAreNeeded) {
    client("a").connects(connect("c1").user("brewer", "hops")).gets_nothing();
}

TEST_P(Connecting, PacketsSentBeforeTheConnackArrivesAreProcessed) {
    client("a")
        .sends(connect("c1"))
        .sends(subscribe("t", 1))
        .sends(pingreq())
        .gets(connack())
        .gets_in_any_order({suback({1}), pingresp()});
}

// [MQTT-3.1.1 3.1.4-1] and the like: whoever is turned away has no effect on others.
TEST_P(Connecting, AClientThatVanishesBeforeConnectDisturbsNobody) {
    client("other").connects("other");
    client("a").drops();
    client("b").sends(raw({0x10})).drops();
    client("c").sends(raw(hex("10 20 00 04 'MQ'"))).drops();
    client("other").gets_nothing();
}

DRAY_TRANSCRIPTS_V311(ConnectingV311);

// [MQTT-3.1.1 3.1.2-2, 3.2.2-4, 3.2.2-5]
TEST_F(ConnectingV311, AnUnsupportedProtocolLevelIsRefused) {
    client("a")
        .sends(raw(hex("10 0d 00 04 'MQTT' 09 02 00 00 00 01 'c'")))
        .gets(connack(ReasonCode::kUnsupportedProtocolVersion))
        .is_closed();
}

// [MQTT-3.1.1 3.1.3-8, 3.1.3-9, 3.2.2-4, 3.2.2-5]
TEST_F(ConnectingV311, AnEmptyClientIdNeedsACleanSession) {
    client("a")
        .sends(connect("").clean(false))
        .gets(connack(ReasonCode::kClientIdentifierNotValid))
        .is_closed();
}

// [MQTT-3.1.1 3.1.4-5]
TEST_F(ConnectingV311, NothingIsProcessedAfterARefusedConnect) {
    client("watcher").connects("watcher").subscribes("t");
    client("a")
        .sends(connect("").clean(false))
        .sends(publish("t", "from a stranger"))
        .gets(connack(ReasonCode::kClientIdentifierNotValid))
        .is_closed();
    client("watcher").gets_nothing();
}

// MQTT 3.1 calls itself MQIsdp, level 3.
TEST_F(ConnectingV311, ClientsOfMqtt31Connect) {
    client_of(ProtocolVersion::kV31, "a").connects("c1").subscribes("t", 1);
    client("b").connects("c2").publishes(publish("t", "x").qos(1));
    client("a").takes(publish("t", "x").qos(1)).gets_nothing();
}

DRAY_TRANSCRIPTS_V5(ConnectingV5);

// [MQTT-5.0 3.1.3-7, 3.2.2-16]
TEST_F(ConnectingV5, AnEmptyClientIdIsAnsweredWithTheAssignedOne) {
    std::string ids[2];
    for (std::string& id : ids) {
        Client& a = client(&id == ids ? "a" : "b").sends(connect(""));
        const auto received = a.next();
        ASSERT_TRUE(received);
        const auto* connack = std::get_if<mqtt::Connack>(&received->packet);
        ASSERT_NE(connack, nullptr);
        id = connack->properties.text(PropertyId::kAssignedClientIdentifier).value_or("");
        EXPECT_NE(id, "");
    }
    EXPECT_NE(ids[0], ids[1]);
    client("c").connects(ids[0]);
    client("a").is_refused(ReasonCode::kSessionTakenOver);
}

// [MQTT-5.0 3.2.2-16]
TEST_F(ConnectingV5, AClientIdOfItsOwnIsNotAssignedAnother) {
    client("a").sends(connect("c1")).gets(connack().without(PropertyId::kAssignedClientIdentifier));
}

// [MQTT-5.0 4.12.0-1, 3.2.2-7]
TEST_F(ConnectingV5, AnUnknownAuthenticationMethodIsRefused) {
    client("a")
        .sends(
            raw(hex("10 18 00 04 'MQTT' 05 02 00 00 08 15 00 05 'brew!' 00 01 'c'").replace(1, 1, 1, 0x16)))
        .is_refused(std::vector{ReasonCode::kBadAuthenticationMethod, ReasonCode::kNotAuthorized});
}

// [MQTT-5.0 3.1.2-28]
TEST_F(ConnectingV5, ResponseInformationIsNotSentUnasked) {
    Client& a = client("a").sends(connect("c1").property(PropertyId::kRequestResponseInformation, 0));
    const auto received = a.next();
    ASSERT_TRUE(received);
    const auto* connack = std::get_if<mqtt::Connack>(&received->packet);
    ASSERT_NE(connack, nullptr);
    EXPECT_FALSE(connack->properties.text(PropertyId::kResponseInformation));
}

}  // namespace dray::conformance
