#include "net/ws_frame.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <vector>

#include "base/random.h"
#include "ws_client_bytes.h"

namespace dray::net {
namespace {

using test::ClientFrame;
using test::frame;
using FrameStatus = WsDecoder::Status;

constexpr std::uint64_t kNoLimit = 1ULL << 40;

struct Heard {
    std::string data;
    std::string replies;
    WsDecoder::Result last;
};

// Gives `bytes` in pieces of the given sizes, the rest at once.
Heard hear(std::string bytes, std::vector<std::size_t> pieces = {}, std::uint64_t limit = kNoLimit) {
    WsDecoder decoder(limit);
    Heard heard;
    std::size_t at = 0;
    pieces.push_back(bytes.size());
    for (std::size_t piece : pieces) {
        piece = std::min(piece, bytes.size() - at);
        std::string part = bytes.substr(at, piece);
        at += piece;
        heard.last = decoder.decode(test::writable(part), heard.replies);
        heard.data += part.substr(0, heard.last.data_bytes);
        if (heard.last.status != FrameStatus::kOpen) break;
    }
    return heard;
}

std::string close_payload(std::uint16_t code, std::string reason = "") {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + reason;
}

TEST(WebSocketFrames, APayloadIsUnmasked) {
    EXPECT_EQ(hear(frame(0x82, "hello")).data, "hello");
}

TEST(WebSocketFrames, EachFormOfLengthIsRead) {
    for (const std::size_t size : {0u, 1u, 125u, 126u, 127u, 65535u, 65536u, 70000u}) {
        const std::string payload(size, 'x');
        EXPECT_EQ(hear(frame(0x82, payload)).data, payload) << size;
    }
}

TEST(WebSocketFrames, TheStreamIsTheSameWhereverItIsCut) {
    const std::string bytes = frame(0x02, "first ") + frame(0x89, "ping") +
                              frame(0x00, std::string(200, 'm')) + frame(0x80, " end") +
                              frame(0x82, "joined") + frame(0x8A, "") + frame(0x82, "");
    const Heard whole = hear(bytes);
    ASSERT_EQ(whole.data, "first " + std::string(200, 'm') + " endjoined");
    ASSERT_EQ(whole.last.status, FrameStatus::kOpen);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        const Heard parts = hear(bytes, {cut});
        ASSERT_EQ(parts.data, whole.data) << "cut at " << cut;
        ASSERT_EQ(parts.replies, whole.replies) << "cut at " << cut;
    }
    const Heard single = hear(bytes, std::vector<std::size_t>(bytes.size(), 1));
    EXPECT_EQ(single.data, whole.data);
}

TEST(WebSocketFrames, APingIsAnsweredWithItsPayload) {
    EXPECT_EQ(hear(frame(0x89, "are you there")).replies, std::string("\x8A\x0D") + "are you there");
    EXPECT_EQ(hear(frame(0x89, "")).replies, std::string("\x8A\0", 2));
}

TEST(WebSocketFrames, APongIsNotAnswered) {
    EXPECT_EQ(hear(frame(0x8A, "x")).replies, "");
}

TEST(WebSocketFrames, ACloseIsAnsweredWithItsCodeAndEndsTheStream) {
    const Heard heard =
        hear(frame(0x82, "last") + frame(0x88, close_payload(1000, "bye")) + frame(0x82, "late"));
    EXPECT_EQ(heard.last.status, FrameStatus::kPeerClosed);
    EXPECT_EQ(heard.data, "last");
    EXPECT_EQ(heard.replies, std::string("\x88\x02\x03\xE8", 4));
    EXPECT_EQ(hear(frame(0x88, "")).replies, std::string("\x88\0", 2));
}

TEST(WebSocketFrames, OfAFloodOfPingsTheLatestAreAnswered) {
    std::string flood;
    for (int i = 0; i < 1000; ++i) flood += frame(0x89, std::string(125, 'a'));
    flood += frame(0x89, "latest");
    const Heard heard = hear(flood);
    EXPECT_LT(heard.replies.size(), 4096u);
    EXPECT_TRUE(heard.replies.ends_with("latest"));
}

struct Violation {
    const char* name;
    std::string bytes;
    WsCloseCode code;
};

class WebSocketViolations : public testing::TestWithParam<Violation> {};

TEST_P(WebSocketViolations, AreClosedWithTheirCodeWhereverTheyAreCut) {
    const Violation& violation = GetParam();
    for (std::size_t cut = 0; cut <= violation.bytes.size(); ++cut) {
        const Heard heard =
            hear(frame(0x82, "good") + violation.bytes, {cut + frame(0x82, "good").size()}, 1000);
        EXPECT_EQ(heard.last.status, FrameStatus::kViolation) << "cut at " << cut;
        EXPECT_EQ(heard.last.code, violation.code) << heard.last.what;
        EXPECT_STRNE(heard.last.what, "");
        EXPECT_TRUE(heard.data.starts_with("good"));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Each, WebSocketViolations,
    testing::Values(
        Violation{"Unmasked", ClientFrame{.payload = "x", .masked = false}.bytes(),
                  WsCloseCode::kProtocolError},
        Violation{"Text", frame(0x81, "text"), WsCloseCode::kUnsupportedData},
        Violation{"Reserved1", frame(0xC2, "x"), WsCloseCode::kProtocolError},
        Violation{"Reserved2", frame(0xA2, "x"), WsCloseCode::kProtocolError},
        Violation{"Reserved3", frame(0x92, "x"), WsCloseCode::kProtocolError},
        Violation{"Opcode3", frame(0x83, "x"), WsCloseCode::kProtocolError},
        Violation{"Opcode7", frame(0x87, "x"), WsCloseCode::kProtocolError},
        Violation{"Opcode11", frame(0x8B, "x"), WsCloseCode::kProtocolError},
        Violation{"Opcode15", frame(0x8F, "x"), WsCloseCode::kProtocolError},
        Violation{"FragmentedPing", frame(0x09, "x"), WsCloseCode::kProtocolError},
        Violation{"LongPing", frame(0x89, std::string(126, 'x')), WsCloseCode::kProtocolError},
        Violation{"ContinuationOfNothing", frame(0x80, "x"), WsCloseCode::kProtocolError},
        Violation{"MessageInMessage", frame(0x02, "a") + frame(0x82, "b"), WsCloseCode::kProtocolError},
        Violation{"LongLength2", ClientFrame{.payload = "x", .length_bytes = 2}.bytes(),
                  WsCloseCode::kProtocolError},
        Violation{"LongLength8", ClientFrame{.payload = "x", .length_bytes = 8}.bytes(),
                  WsCloseCode::kProtocolError},
        Violation{"TooBig", frame(0x82, std::string(1001, 'x')), WsCloseCode::kMessageTooBig},
        Violation{"TooBigInFragments",
                  frame(0x02, std::string(600, 'x')) + frame(0x80, std::string(401, 'x')),
                  WsCloseCode::kMessageTooBig},
        Violation{"HugeLength", std::string("\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF") + "mask",
                  WsCloseCode::kMessageTooBig},
        Violation{"CloseWithHalfACode", frame(0x88, "x"), WsCloseCode::kProtocolError},
        Violation{"CloseWithReservedCode", frame(0x88, close_payload(1005)), WsCloseCode::kProtocolError},
        Violation{"CloseWithCodeBelow1000", frame(0x88, close_payload(999)), WsCloseCode::kProtocolError},
        Violation{"CloseWithBadReason", frame(0x88, close_payload(1000, "\xFF")),
                  WsCloseCode::kInvalidPayload}),
    [](const auto& violation) { return std::string(violation.param.name); });

TEST(WebSocketFrames, AMessageOfExactlyTheLimitIsTaken) {
    EXPECT_EQ(hear(frame(0x82, std::string(1000, 'x')), {}, 1000).data.size(), 1000u);
    const std::string twice = frame(0x82, std::string(600, 'x')) + frame(0x82, std::string(600, 'x'));
    EXPECT_EQ(hear(twice, {}, 1000).data.size(), 1200u) << "the limit is of one message, not of all";
}

TEST(WebSocketFrames, RandomStreamsComeThroughRandomFramesAndCuts) {
    const char* const given = std::getenv("DRAY_SEED");
    const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << "DRAY_SEED=" << seed << '\n';
    Random random(seed);
    for (int round = 0; round < 200; ++round) {
        std::string sent;
        std::string wire;
        for (std::uint64_t frames = random.below(8) + 1; frames-- > 0;) {
            std::string payload(random.below(random.below(10) == 0 ? 70'000 : 300), '\0');
            for (char& letter : payload) letter = static_cast<char>(random.next());
            sent += payload;
            // A message in one, two or three fragments, with pings between them.
            const std::size_t cut = payload.empty() ? 0 : random.below(payload.size());
            const auto mask = static_cast<std::uint32_t>(random.next());
            if (random.below(2) == 0) {
                wire += ClientFrame{.first = 0x82, .payload = payload, .mask = mask}.bytes();
            } else {
                wire += ClientFrame{.first = 0x02, .payload = payload.substr(0, cut), .mask = mask}.bytes();
                if (random.below(2) == 0) wire += frame(0x89, "p");
                wire += ClientFrame{.first = 0x80, .payload = payload.substr(cut), .mask = ~mask}.bytes();
            }
        }
        std::vector<std::size_t> cuts;
        for (std::size_t total = 0; total < wire.size(); total += cuts.back())
            cuts.push_back(random.below(2000));
        ASSERT_EQ(hear(wire, cuts).data, sent) << "round " << round;
    }
}

TEST(WebSocketFrames, HeadersAreWrittenInTheirShortestForm) {
    const auto header = [](std::uint64_t size) {
        std::string out;
        append_ws_header(WsOpcode::kBinary, size, out);
        return out;
    };
    EXPECT_EQ(header(125), "\x82\x7D");
    EXPECT_EQ(header(126), std::string("\x82\x7E\x00\x7E", 4));
    EXPECT_EQ(header(65535), std::string("\x82\x7E\xFF\xFF", 4));
    EXPECT_EQ(header(65536), std::string("\x82\x7F\0\0\0\0\0\x01\0\0", 10));
}

}  // namespace
}  // namespace dray::net
