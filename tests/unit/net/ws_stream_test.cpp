#include "net/ws_stream.h"

#include <gtest/gtest.h>

#include "ws_client_bytes.h"

namespace dray::net {
namespace {

using test::frame;

const std::string kHandshake =
    "GET /mqtt HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: mqtt\r\n\r\n";

// A connection's use of the layer, with a socket that takes as many bytes as it is told.
struct Peer {
    WsStream stream{WsStream::Limits{}};
    std::string outbox;        // bytes that the shard wants sent
    std::size_t cut_left = 0;  // of a packet that was cut
    std::string wire;          // what the peer got

    std::string receive(std::string bytes, WsStream::Received* end = nullptr) {
        const WsStream::Received received = stream.receive(test::writable(bytes));
        if (end) *end = received;
        return bytes.substr(0, received.data_bytes);
    }
    // One write that takes at most `room` bytes. False: there was nothing to write.
    bool write(std::size_t room) {
        const std::size_t body = stream.begin_write(outbox.size(), cut_left == 0);
        std::string all = std::string(stream.pending()) + outbox.substr(0, body);
        if (all.empty()) return false;
        all.resize(std::min(all.size(), room));
        wire += all;
        const std::size_t sent = stream.sent(all.size());
        if (cut_left == 0 && sent > 0) cut_left = outbox.size();
        outbox.erase(0, sent);
        cut_left -= std::min(cut_left, sent);
        return true;
    }
    void write_all() {
        while (write(1 << 20)) {
        }
    }
    void upgrade() {
        receive(kHandshake);
        write_all();
        ASSERT_TRUE(wire.starts_with("HTTP/1.1 101 "));
        wire.clear();
    }
};

TEST(WebSocketStream, FramesThatCameWithTheRequestAreHeard) {
    const std::string all = kHandshake + frame(0x82, "hello");
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
        Peer peer;
        std::string heard = peer.receive(all.substr(0, cut));
        heard += peer.receive(all.substr(cut));
        ASSERT_EQ(heard, "hello") << "cut at " << cut;
    }
}

TEST(WebSocketStream, NothingOfTheOutboxLeavesBeforeTheUpgrade) {
    Peer peer;
    peer.outbox = "too early";
    EXPECT_FALSE(peer.write(100));
}

TEST(WebSocketStream, APongStandsBetweenPacketsThoughShortWritesCutThem) {
    for (std::size_t room = 1; room < 16; ++room) {
        Peer peer;
        peer.upgrade();
        peer.outbox = "0123456789";
        ASSERT_TRUE(peer.write(room));
        peer.receive(frame(0x89, "ping"));
        for (int i = 0; i < 100 && peer.write(room); ++i) {
        }
        peer.outbox += "abc";
        for (int i = 0; i < 100 && peer.write(room); ++i) {
        }
        ASSERT_EQ(peer.wire,
                  "0123456789\x8A\x04"
                  "pingabc")
            << "room " << room;
    }
}

TEST(WebSocketStream, AfterTheCloseNothingIsSent) {
    Peer peer;
    peer.upgrade();
    WsStream::Received end;
    peer.receive(frame(0x88, ""), &end);
    EXPECT_TRUE(end.ended);
    EXPECT_FALSE(end.violation);
    peer.outbox = "late";
    peer.write_all();
    EXPECT_EQ(peer.wire, std::string("\x88\0", 2));
    EXPECT_EQ(peer.outbox, "late");
}

TEST(WebSocketStream, AViolationIsAnsweredWithItsCode) {
    Peer peer;
    peer.upgrade();
    WsStream::Received end;
    EXPECT_EQ(peer.receive(frame(0x82, "good") + frame(0x81, "text"), &end), "good");
    EXPECT_TRUE(end.ended);
    EXPECT_TRUE(end.violation);
    peer.write_all();
    EXPECT_EQ(peer.wire, "\x88\x02\x03\xEB");
}

TEST(WebSocketStream, OurOwnCloseIsSaidOnce) {
    Peer peer;
    peer.upgrade();
    peer.stream.say_close(WsCloseCode::kNormal);
    peer.stream.say_close(WsCloseCode::kGoingAway);
    peer.write_all();
    EXPECT_EQ(peer.wire, "\x88\x02\x03\xE8");
}

TEST(WebSocketStream, APeerThatPingsAndDoesNotReadCostsLittle) {
    Peer peer;
    peer.upgrade();
    peer.outbox = "xy";
    peer.write(1);  // the packet stays cut
    for (int i = 0; i < 1000; ++i) peer.receive(frame(0x89, std::string(125, 'a')));
    peer.write_all();
    EXPECT_LT(peer.wire.size(), 8192u);
}

TEST(WebSocketStream, ARefusedRequestEndsWithItsResponse) {
    Peer peer;
    WsStream::Received end;
    peer.receive("GET /nowhere HTTP/1.1\r\nHost: b\r\n\r\n", &end);
    EXPECT_TRUE(end.ended);
    EXPECT_NE(end.why, "");
    peer.write_all();
    EXPECT_TRUE(peer.wire.starts_with("HTTP/1.1 404 "));
}

}  // namespace
}  // namespace dray::net
