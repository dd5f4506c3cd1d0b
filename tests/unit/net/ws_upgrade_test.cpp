#include "net/ws_upgrade.h"

#include <gtest/gtest.h>

namespace dray::net {
namespace {

using UpgradeStatus = UpgradeReply::Status;

constexpr std::size_t kHeaderMax = 8192;

struct Request {
    std::string line = "GET /mqtt HTTP/1.1";
    std::string host = "Host: broker:8083\r\n";
    std::string upgrade = "Upgrade: websocket\r\n";
    std::string connection = "Connection: keep-alive, Upgrade\r\n";
    std::string version = "Sec-WebSocket-Version: 13\r\n";
    std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    std::string protocol = "Sec-WebSocket-Protocol: mqtt\r\n";
    std::string more = {};

    std::string text() const {
        return line + "\r\n" + host + upgrade + connection + version + key + protocol + more + "\r\n";
    }
};

UpgradeReply answer(const Request& request) {
    return read_upgrade(as_bytes(request.text()), kHeaderMax);
}

std::string status_line(const UpgradeReply& reply) {
    return reply.response.substr(0, reply.response.find("\r\n"));
}

TEST(WebSocketUpgrade, TheKeyOfTheStandardHasTheAnswerOfTheStandard) {
    EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455 1.3
}

TEST(WebSocketUpgrade, AGoodRequestIsAccepted) {
    const UpgradeReply reply = answer({});
    ASSERT_EQ(reply.status, UpgradeStatus::kAccepted) << reply.why;
    EXPECT_EQ(status_line(reply), "HTTP/1.1 101 Switching Protocols");
    EXPECT_NE(reply.response.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
              std::string::npos);
    EXPECT_NE(reply.response.find("Sec-WebSocket-Protocol: mqtt\r\n"), std::string::npos);
    EXPECT_TRUE(reply.response.ends_with("\r\n\r\n"));
}

// RFC 6455 section 9.1: what the answer does not name is not in use.
TEST(WebSocketUpgrade, ACompressionThatIsOfferedIsDeclined) {
    const UpgradeReply reply =
        answer({.more = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"});
    EXPECT_EQ(reply.status, UpgradeStatus::kAccepted) << reply.why;
    EXPECT_EQ(reply.response.find("Extensions"), std::string::npos);
}

TEST(WebSocketUpgrade, NothingIsSaidBeforeTheRequestIsWhole) {
    const std::string text = Request().text();
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        const UpgradeReply reply = read_upgrade(as_bytes(text.substr(0, cut)), kHeaderMax);
        ASSERT_EQ(reply.status, UpgradeStatus::kNeedMore) << "cut at " << cut << ": " << reply.why;
    }
}

TEST(WebSocketUpgrade, WhatFollowsTheRequestIsNotConsumed) {
    const std::string text = Request().text();
    EXPECT_EQ(read_upgrade(as_bytes(text + "frames"), kHeaderMax).consumed, text.size());
}

TEST(WebSocketUpgrade, BothPathsAndAQueryAreServed) {
    for (const char* line : {"GET / HTTP/1.1", "GET /mqtt HTTP/1.1", "GET /mqtt?token=x HTTP/1.1"}) {
        EXPECT_EQ(answer({.line = line}).status, UpgradeStatus::kAccepted) << line;
    }
}

TEST(WebSocketUpgrade, TheFirstSubprotocolThatWeSpeakIsChosen) {
    EXPECT_NE(answer({.protocol = "Sec-WebSocket-Protocol: foo, mqttv3.1\r\n"})
                  .response.find("Protocol: mqttv3.1\r\n"),
              std::string::npos);
    const Request two_lines{.protocol = "Sec-WebSocket-Protocol: foo\r\nSec-WebSocket-Protocol: mqtt\r\n"};
    EXPECT_EQ(answer(two_lines).status, UpgradeStatus::kAccepted);
    const UpgradeReply none = answer({.protocol = ""});
    EXPECT_EQ(none.status, UpgradeStatus::kAccepted);
    EXPECT_EQ(none.response.find("Sec-WebSocket-Protocol"), std::string::npos);
}

struct Refused {
    const char* name;
    Request request;
    const char* status;
};

class WebSocketRefusals : public testing::TestWithParam<Refused> {};

TEST_P(WebSocketRefusals, SayWhy) {
    const UpgradeReply reply = answer(GetParam().request);
    EXPECT_EQ(reply.status, UpgradeStatus::kRefused);
    EXPECT_EQ(status_line(reply).substr(9, 3), GetParam().status) << reply.response;
    EXPECT_NE(reply.why, "");
    EXPECT_NE(reply.response.find("Connection: close"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Each, WebSocketRefusals,
    testing::Values(Refused{"Path", {.line = "GET /other HTTP/1.1"}, "404"},
                    Refused{"PathPrefix", {.line = "GET /mqttx HTTP/1.1"}, "404"},
                    Refused{"Method", {.line = "POST /mqtt HTTP/1.1"}, "405"},
                    Refused{"Http10", {.line = "GET /mqtt HTTP/1.0"}, "400"},
                    Refused{"NoHost", {.host = ""}, "400"}, Refused{"NoUpgrade", {.upgrade = ""}, "426"},
                    Refused{"NoConnection", {.connection = ""}, "426"},
                    Refused{"OldVersion", {.version = "Sec-WebSocket-Version: 8\r\n"}, "426"},
                    Refused{"NoKey", {.key = ""}, "400"},
                    Refused{"ShortKey", {.key = "Sec-WebSocket-Key: abc=\r\n"}, "400"},
                    Refused{"ForeignSubprotocol", {.protocol = "Sec-WebSocket-Protocol: amqp\r\n"}, "400"},
                    Refused{"LongHeader", {.more = "X: " + std::string(9000, 'x') + "\r\n"}, "431"},
                    Refused{"BadHeader", {.more = "no colon here\r\n"}, "400"}),
    [](const auto& refused) { return std::string(refused.param.name); });

TEST(WebSocketUpgrade, ARefusalOfTheVersionNamesTheVersion) {
    EXPECT_NE(answer({.version = ""}).response.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
}

TEST(WebSocketUpgrade, AHeaderWithoutEndIsRefusedAtTheLimit) {
    const std::string endless = "GET /mqtt HTTP/1.1\r\nX: " + std::string(kHeaderMax, 'x');
    EXPECT_EQ(read_upgrade(as_bytes(endless), kHeaderMax).status, UpgradeStatus::kRefused);
}

TEST(WebSocketUpgrade, BytesThatAreNotHttpAreRefusedAtOnce) {
    const std::string mqtt_connect("\x10\x0C\x00\x04MQTT", 8);
    EXPECT_EQ(read_upgrade(as_bytes(mqtt_connect), kHeaderMax).status, UpgradeStatus::kRefused);
    const std::string tls_hello("\x16\x03\x01\x02", 4);
    EXPECT_EQ(read_upgrade(as_bytes(tls_hello), kHeaderMax).status, UpgradeStatus::kRefused);
}

}  // namespace
}  // namespace dray::net
