// Every sample packet: exact bytes both ways, and what happens at every point where it may be cut.
#include <gtest/gtest.h>

#include "mqtt/decode.h"
#include "mqtt/encode.h"
#include "packet_text.h"
#include "sample_packets.h"
#include "wire_text.h"

namespace dray::mqtt {
namespace {

constexpr std::size_t kBytesMax = 1 << 20;

Frame frame_of(const std::string& bytes) {
    const FrameResult result = next_frame(as_bytes(bytes), kBytesMax);
    EXPECT_EQ(result.status, FrameStatus::kDone) << hex(as_bytes(bytes));
    return result.frame;
}

std::string label(const Sample& sample) {
    return sample.name + " of version " + std::to_string(static_cast<int>(sample.version));
}

TEST(PacketTable, EncodesToExactlyTheBytesOfTheSpecification) {
    for (const Sample& sample : sample_packets()) {
        std::string out = "before";
        encode(sample.packet, sample.version, out);
        EXPECT_EQ(hex(as_bytes(out)), hex(as_bytes("before" + sample.bytes))) << label(sample);
    }
}

TEST(PacketTable, DecodesToExactlyThePacket) {
    for (const Sample& sample : sample_packets()) {
        const Frame frame = frame_of(sample.bytes);
        EXPECT_EQ(frame.size, sample.bytes.size()) << label(sample);
        const auto packet = decode(frame, sample.version);
        ASSERT_TRUE(packet) << label(sample) << ": " << packet.error().what;
        EXPECT_EQ(text_of(*packet), text_of(sample.packet)) << label(sample);
    }
}

TEST(PacketTable, EveryPrefixAsksForMoreAndSaysHowMuchOnceItIsKnown) {
    for (const Sample& sample : sample_packets()) {
        for (std::size_t size = 0; size < sample.bytes.size(); ++size) {
            const FrameResult result = next_frame(as_bytes(sample.bytes).first(size), kBytesMax);
            EXPECT_EQ(result.status, FrameStatus::kNeedMore) << label(sample) << " at " << size;
            // All samples are shorter than 128 bytes: their Remaining Length is one byte.
            EXPECT_EQ(result.size_needed, size < 2 ? 0 : sample.bytes.size()) << label(sample);
        }
    }
}

TEST(PacketTable, WhatFollowsAPacketIsNotItsBusiness) {
    for (const Sample& sample : sample_packets()) {
        const std::string more = sample.bytes + wire("ff ff ff");
        const Frame frame = frame_of(more);
        EXPECT_EQ(frame.size, sample.bytes.size());
        EXPECT_TRUE(decode(frame, sample.version)) << label(sample);
    }
}

// A packet whose Remaining Length says that it ends earlier. The bytes are copied to a block of their own
// size so that a read past the end is found by AddressSanitizer.
TEST(PacketTable, EveryShortenedBodyIsRefusedOrIsAnotherValidPacket) {
    for (const Sample& sample : sample_packets()) {
        for (std::size_t size = 0; size + 2 < sample.bytes.size(); ++size) {
            std::string shorter = sample.bytes.substr(0, 2 + size);
            shorter[1] = static_cast<char>(size);
            const std::vector<std::uint8_t> exact(shorter.begin(), shorter.end());
            const FrameResult result = next_frame(exact, kBytesMax);
            ASSERT_EQ(result.status, FrameStatus::kDone);
            const auto packet = decode(result.frame, sample.version);
            if (!packet) continue;
            // A shorter payload, list or acknowledgement is a packet too: then it must be what it says.
            std::string again;
            encode(*packet, sample.version, again);
            const auto repeated = decode(frame_of(again), sample.version);
            ASSERT_TRUE(repeated) << label(sample) << " at " << size;
            EXPECT_EQ(text_of(*repeated), text_of(*packet)) << label(sample) << " at " << size;
        }
    }
}

// These have a fixed form: no shorter body is a packet of theirs.
TEST(PacketTable, AShortenedConnectOrConnackIsAlwaysRefused) {
    for (const Sample& sample : sample_packets()) {
        const bool is_fixed =
            std::holds_alternative<Connect>(sample.packet) || std::holds_alternative<Connack>(sample.packet);
        for (std::size_t size = 0; is_fixed && size + 2 < sample.bytes.size(); ++size) {
            std::string shorter = sample.bytes.substr(0, 2 + size);
            shorter[1] = static_cast<char>(size);
            EXPECT_FALSE(decode(frame_of(shorter), sample.version)) << label(sample) << " at " << size;
        }
    }
}

TEST(PacketTable, ABodyWithAByteTooManyIsRefusedUnlessItEndsInAListOrAPayload) {
    for (const Sample& sample : sample_packets()) {
        const bool is_open = std::holds_alternative<Publish>(sample.packet) ||
                             std::holds_alternative<Suback>(sample.packet) ||
                             std::holds_alternative<Unsuback>(sample.packet);
        const bool may_be_longer = is_open && !(sample.version != ProtocolVersion::kV5 &&
                                                std::holds_alternative<Unsuback>(sample.packet));
        if (may_be_longer) continue;
        std::string longer = sample.bytes + wire("ee");
        longer[1] = static_cast<char>(longer[1] + 1);
        EXPECT_FALSE(decode(frame_of(longer), sample.version)) << label(sample);
    }
}

}  // namespace
}  // namespace dray::mqtt
