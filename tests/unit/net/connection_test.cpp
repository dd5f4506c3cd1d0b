// Connections over real sockets: what the kernel does with bytes is part of what is tested.
#include "net/connection.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "real_broker.h"
#include "ws_client_bytes.h"

namespace dray::net {
namespace {

using test::connect_packet;
using test::kConnackBytes;
using test::kSubackBytes;
using test::packet;
using test::publish_packet;
using test::RawClient;
using test::RealBroker;
using test::subscribe_packet;

class Connections : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(OneAndFourShards, Connections, testing::Values(1, 4));

// Sends everything in one write, so that with several shards the bytes behind the CONNECT travel with it.
TEST_P(Connections, ServeWhateverCameWithTheConnect) {
    RealBroker broker(GetParam());
    for (int i = 0; i < 20; ++i) {
        const std::string id = "client-" + std::to_string(i);
        const std::string message = publish_packet("to/" + id, "hello " + id);
        RawClient client(broker.mqtt());
        client.send(connect_packet(id) + subscribe_packet("to/" + id) + message);
        const std::string wanted = kConnackBytes + kSubackBytes;
        std::string got = client.receive(wanted.size() + message.size());
        // With several shards the subscription is confirmed by all of them before the SUBACK; the message may
        // have been routed before.
        const bool publish_first = got.size() > 5 && got[4] == '\x30';
        EXPECT_EQ(got, publish_first ? kConnackBytes + message + kSubackBytes : wanted + message) << id;
    }
}

TEST_P(Connections, TakePacketsOneByteAtATime) {
    RealBroker broker(GetParam());
    RawClient client(broker.mqtt());
    for (const char byte : connect_packet("drip") + subscribe_packet("a")) client.send({&byte, 1});
    EXPECT_EQ(client.receive(9), kConnackBytes + kSubackBytes);
    for (const char byte : publish_packet("a", "x")) client.send({&byte, 1});
    EXPECT_EQ(client.receive(publish_packet("a", "x").size()), publish_packet("a", "x"));
}

TEST_P(Connections, CarryPacketsLargerThanEveryBuffer) {
    RealBroker broker(GetParam());
    RawClient client(broker.mqtt());
    client.send(connect_packet("large") + subscribe_packet("big"));
    ASSERT_EQ(client.receive(9), kConnackBytes + kSubackBytes);
    for (const std::size_t size : {4'000u, 5'000u, 66'000u, 131'000u, 1'000'000u}) {
        const std::string message =
            publish_packet("big", std::string(size, static_cast<char>('a' + size % 26)));
        client.send(message);
        EXPECT_EQ(client.receive(message.size()), message) << size;
    }
}

TEST_P(Connections, KeepTheOrderOfAStreamThatFillsEveryBuffer) {
    RealBroker broker(GetParam());
    RawClient publisher(broker.mqtt());
    RawClient subscriber(broker.mqtt());
    subscriber.send(connect_packet("in") + subscribe_packet("s"));
    ASSERT_EQ(subscriber.receive(9), kConnackBytes + kSubackBytes);
    std::string all;
    for (int i = 0; i < 3000; ++i)
        all += publish_packet("s", std::to_string(i) + std::string(static_cast<std::size_t>(i) % 200, '.'));
    publisher.send(connect_packet("out") + all);
    EXPECT_EQ(subscriber.receive(all.size()), all);
}

// The last words must arrive although bytes that nobody will read are still on their way in.
TEST_P(Connections, TellThePeerWhyBeforeTheyClose) {
    RealBroker broker(GetParam());
    const std::string connect_v5 = packet(
        0x10, test::with_length("MQTT") + std::string("\x05\x02\x00\x3C\x00", 5) + test::with_length("v5"));
    RawClient client(broker.mqtt());
    client.send(connect_v5);
    ASSERT_EQ(client.receive(1), "\x20");
    client.send(std::string("\x36\x00", 2) + std::string(200'000, 'x'));  // PUBLISH with QoS 3, and more
    const std::string end = client.receive_to_end();
    ASSERT_GE(end.size(), 4u);
    EXPECT_NE(end.find("\xE0"), std::string::npos) << "no DISCONNECT";
    EXPECT_FALSE(end.ends_with("RESET"));
    EXPECT_FALSE(end.ends_with("OPEN"));
}

TEST_P(Connections, ThatAreSilentAreClosedInTime) {
    RealBroker broker(GetParam(), {.connect_ms_max = 200});
    RawClient silent(broker.mqtt());
    RawClient no_request(broker.websocket());
    EXPECT_EQ(silent.receive_to_end(), "");
    EXPECT_EQ(no_request.receive_to_end(), "");
}

// The system's word for a connection to this port that nobody has been shown: SYN_RECV.
bool is_one_not_shown(std::uint16_t port) {
    const std::string here = fmt::format("0100007F:{:04X}", port);
    std::ifstream table("/proc/net/tcp");
    for (std::string line; std::getline(table, line);) {
        std::istringstream words(line);
        std::string number, local, remote, state;
        words >> number >> local >> remote >> state;
        if (local == here && state == "03") return true;
    }
    return false;
}

TEST_P(Connections, AreAcceptedWithTheirFirstBytes) {
    RealBroker broker(GetParam());
    RawClient client(broker.mqtt());
    EXPECT_TRUE(is_one_not_shown(broker.mqtt().port()));
    client.send(connect_packet("a"));
    EXPECT_EQ(client.receive(kConnackBytes.size()), kConnackBytes);
    EXPECT_FALSE(is_one_not_shown(broker.mqtt().port()));
}

TEST_P(Connections, EndCleanlyWhenTheBrokerStops) {
    RealBroker broker(GetParam());
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(std::make_unique<RawClient>(broker.mqtt()));
        clients.back()->send(connect_packet("c" + std::to_string(i)));
        ASSERT_EQ(clients.back()->receive(4), kConnackBytes);
    }
    EXPECT_TRUE(broker.stop());
    for (const auto& client : clients) EXPECT_EQ(client->receive_to_end(), "");
}

// A reader that does not read must not hold up the others, nor grow without bound.
TEST_P(Connections, OfSlowReadersDoNotDisturbTheOthers) {
    RealBroker broker(GetParam(), {.outbox_bytes_max = 100'000});
    RawClient slow(broker.mqtt());
    RawClient fast(broker.mqtt());
    RawClient publisher(broker.mqtt());
    slow.send(connect_packet("slow") + subscribe_packet("s"));
    fast.send(connect_packet("fast") + subscribe_packet("s"));
    ASSERT_EQ(slow.receive(9), kConnackBytes + kSubackBytes);
    ASSERT_EQ(fast.receive(9), kConnackBytes + kSubackBytes);
    publisher.send(connect_packet("p"));
    const std::string message = publish_packet("s", std::string(10'000, 'm'));
    for (int i = 0; i < 2000; ++i) {  // 20 MB: more than any socket buffer
        publisher.send(message);
        ASSERT_EQ(fast.receive(message.size()), message) << i;
    }
    // What the slow one then reads are whole packets: some are missing, none is torn.
    std::size_t whole = 0;
    for (; whole < 2000; ++whole) {
        pollfd ready{slow.number(), POLLIN, 0};
        if (::poll(&ready, 1, 300) != 1) break;
        ASSERT_EQ(slow.receive(message.size()), message);
    }
    EXPECT_GT(whole, 0u);
    EXPECT_LT(whole, 2000u);
}

const std::string kUpgradeRequest =
    "GET /mqtt HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: mqtt\r\n\r\n";

std::string receive_response(RawClient& client) {
    std::string response;
    while (!response.ends_with("\r\n\r\n")) {
        const std::string byte = client.receive(1);
        if (byte.empty()) break;
        response += byte;
    }
    return response;
}

TEST_P(Connections, OverWebSocketMayTravelWithTheirFirstBytes) {
    RealBroker broker(GetParam());
    for (int i = 0; i < 20; ++i) {
        const std::string id = "ws-" + std::to_string(i);
        RawClient client(broker.websocket());
        // Request, CONNECT and half a SUBSCRIBE in one write, across frames.
        const std::string mqtt = connect_packet(id) + subscribe_packet("to/" + id);
        client.send(kUpgradeRequest + test::frame(0x02, mqtt.substr(0, 5)) +
                    test::frame(0x80, mqtt.substr(5, mqtt.size() - 9)));
        ASSERT_TRUE(receive_response(client).starts_with("HTTP/1.1 101 "));
        client.send(test::frame(0x82, mqtt.substr(mqtt.size() - 4)));
        std::string got;
        while (got.size() < 9) {  // in one frame or two
            const std::string header = client.receive(2);
            ASSERT_EQ(header[0], '\x82');
            got += client.receive(static_cast<std::size_t>(header[1]));
        }
        EXPECT_EQ(got, kConnackBytes + kSubackBytes);
    }
}

TEST_P(Connections, OverWebSocketThatBreakItsRulesAreToldAndClosed) {
    RealBroker broker(GetParam());
    RawClient client(broker.websocket());
    client.send(kUpgradeRequest);
    ASSERT_TRUE(receive_response(client).starts_with("HTTP/1.1 101 "));
    client.send(test::frame(0x82, connect_packet("text")));
    ASSERT_EQ(client.receive(6), "\x82\x04" + kConnackBytes);
    client.send(test::frame(0x81, "hello"));
    EXPECT_EQ(client.receive_to_end(), "\x88\x02\x03\xEB");
}

TEST_P(Connections, OverWebSocketWithMessagesThatAreTooLongAreToldAndClosed) {
    RealBroker broker(GetParam(), {}, {.message_bytes_max = 1000});
    RawClient client(broker.websocket());
    client.send(kUpgradeRequest + test::frame(0x82, connect_packet("long")));
    ASSERT_TRUE(receive_response(client).starts_with("HTTP/1.1 101 "));
    ASSERT_EQ(client.receive(6), "\x82\x04" + kConnackBytes);
    client.send(test::frame(0x82, std::string(1001, 'x')));
    EXPECT_EQ(client.receive_to_end(), "\x88\x02\x03\xF1");
}

TEST_P(Connections, WithAnotherPathGetA404) {
    RealBroker broker(GetParam());
    RawClient client(broker.websocket());
    client.send("GET /index.html HTTP/1.1\r\nHost: b\r\n\r\n");
    const std::string all = client.receive_to_end();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 404 Not Found\r\n")) << all;
    EXPECT_FALSE(all.ends_with("RESET"));
}

}  // namespace
}  // namespace dray::net
