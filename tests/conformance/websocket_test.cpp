// MQTT over WebSocket, section 6 of both versions and RFC 6455.
#include "harness/hex.h"
#include "harness/transcript.h"
#include "mqtt/encode.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(WebSocket);

std::string bytes_of(const Outgoing& packet, ProtocolVersion version) {
    return packet.encode(version);
}

WebSocketWire& frames(Client& client) {
    return dynamic_cast<WebSocketWire&>(client.wire());
}

// [MQTT-3.1.1 6.0.0-4] [MQTT-5.0 6.0.0-4]
TEST_P(WebSocket, TheSubprotocolIsMqtt) {
    EXPECT_TRUE(frames(websocket_client("a", {.path = "/mqtt"})).accepted());
    EXPECT_TRUE(frames(websocket_client("b", {.path = "/"})).accepted());
    EXPECT_TRUE(frames(websocket_client("c", {.subprotocol = "chat, mqtt"})).accepted());
    websocket_client("a").connects("a").gets_nothing();
}

TEST_P(WebSocket, AClientMeetsTcpClients) {
    websocket_client("ws").connects("ws").subscribes("t", 1);
    client("tcp").connects("tcp").subscribes("u", 1).publishes(publish("t", "1").qos(1));
    websocket_client("ws").takes(publish("t", "1").qos(1)).publishes(publish("u", "2").qos(1));
    client("tcp").takes(publish("u", "2").qos(1));
}

// [MQTT-3.1.1 6.0.0-2] [MQTT-5.0 6.0.0-2]
TEST_P(WebSocket, SeveralPacketsMayShareAFrame) {
    Client& a = websocket_client("a");
    const ProtocolVersion version = is_v5() ? v5 : v311;
    frames(a).send(bytes_of(connect("a"), version) + bytes_of(subscribe("t", 1), version) +
                   bytes_of(publish("t", "x"), version) + hex("c0 00"));
    a.gets(connack()).gets_in_any_order({suback({1}), publish("t", "x"), pingresp()});
}

// [MQTT-3.1.1 6.0.0-2] [MQTT-5.0 6.0.0-2]
TEST_P(WebSocket, APacketMayComeByteByByte) {
    Client& a = websocket_client("a");
    const ProtocolVersion version = is_v5() ? v5 : v311;
    for (const char byte : bytes_of(connect("a"), version) + bytes_of(subscribe("t", 1), version)) {
        frames(a).send(std::string(1, byte));
    }
    a.gets(connack()).gets(suback({1}));
}

// RFC 6455 section 5.4: a message in fragments, with a control frame between them.
TEST_P(WebSocket, AFrameMayComeInFragments) {
    Client& a = websocket_client("a").connects("a").subscribes("t");
    const std::string bytes = bytes_of(publish("t", "fragments"), is_v5() ? v5 : v311);
    frames(a).send_frame(Opcode::kBinary, bytes.substr(0, 3), false);
    frames(a).send_frame(Opcode::kPing, "between");
    frames(a).send_frame(Opcode::kContinuation, bytes.substr(3, 4), false);
    frames(a).send_frame(Opcode::kContinuation, bytes.substr(7), true);
    a.gets(publish("t", "fragments"));
    EXPECT_EQ(frames(a).last_pong(), "between");
}

TEST_P(WebSocket, LargeMessagesArriveWhole) {
    const std::string payload(100'000, 'w');
    websocket_client("a").connects("a").subscribes("t", 1);
    websocket_client("b").connects("b").publishes(publish("t", payload).qos(1));
    websocket_client("a").takes(publish("t", payload).qos(1));
}

// RFC 6455 section 5.5.2
TEST_P(WebSocket, PingsAreAnsweredWithTheirPayload) {
    Client& a = websocket_client("a").connects("a");
    frames(a).send_frame(Opcode::kPing, "are you there");
    a.sends(pingreq()).gets(pingresp());
    EXPECT_EQ(frames(a).last_pong(), "are you there");
}

// [MQTT-3.1.1 6.0.0-1] [MQTT-5.0 6.0.0-1]
TEST_P(WebSocket, ATextFrameClosesTheConnection) {
    MOSQUITTO_DIFFERS("6.0.0-1", "takes text frames for binary ones");
    Client& a = websocket_client("a").connects("a");
    frames(a).send_frame(Opcode::kText, hex("c0 00"));
    a.is_closed();
}

// RFC 6455 section 5.1
TEST_P(WebSocket, AnUnmaskedFrameClosesTheConnection) {
    MOSQUITTO_DIFFERS("RFC 6455 5.1", "takes unmasked frames from clients");
    Client& a = websocket_client("a").connects("a");
    frames(a).send_unmasked_frame(hex("c0 00"));
    a.is_closed();
}

TEST_P(WebSocket, ACloseFrameEndsTheConnectionAndPublishesTheWill) {
    client("sub").connects("sub").subscribes("w");
    Client& a = websocket_client("a").connects(connect("a").will("w", "gone"));
    frames(a).send_frame(Opcode::kClose, hex("03 e8"));
    a.is_closed();
    client("sub").gets(publish("w", "gone"));
}

TEST_P(WebSocket, AMalformedPacketClosesTheConnection) {
    websocket_client("a")
        .connects("a")
        .sends(raw(hex("00 00")))
        .is_refused(std::vector{ReasonCode::kMalformedPacket, ReasonCode::kProtocolError});
}

// A request that is no upgrade gets an HTTP answer or the end, and harms nobody.
TEST_P(WebSocket, OtherRequestsAreTurnedAway) {
    MOSQUITTO_DIFFERS("RFC 6455 4.2.1", "accepts any path and any version of WebSocket");
    EXPECT_FALSE(frames(websocket_client("a", {.subprotocol = "chat"})).accepted());
    EXPECT_FALSE(frames(websocket_client("b", {.path = "/nowhere"})).accepted());
    EXPECT_FALSE(frames(websocket_client("c", {.version = "7"})).accepted());
    websocket_client("d").connects("d").gets_nothing();
}

}  // namespace dray::conformance
