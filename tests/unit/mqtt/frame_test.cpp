#include <gtest/gtest.h>

#include "mqtt/decode.h"
#include "wire_text.h"

namespace dray::mqtt {
namespace {

FrameResult frame(const char* text, std::size_t bytes_max = 1 << 28) {
    static std::string kept;
    kept = wire(text);
    return next_frame(as_bytes(kept), bytes_max);
}

TEST(Frame, NothingNeedsMore) {
    EXPECT_EQ(frame("").status, FrameStatus::kNeedMore);
    EXPECT_EQ(frame("").size_needed, 0U);
}

TEST(Frame, RemainingLengthUpToFourBytesIsRead) {
    // The borders of table 2.4.
    struct {
        const char* text;
        std::size_t remaining;
    } const borders[] = {{"30 01", 1},
                         {"30 7f", 127},
                         {"30 80 01", 128},
                         {"30 ff 7f", 16383},
                         {"30 80 80 01", 16384},
                         {"30 ff ff 7f", 2097151},
                         {"30 80 80 80 01", 2097152},
                         {"30 ff ff ff 7f", 268435455}};
    for (const auto& border : borders) {
        const FrameResult result = frame(border.text, 300'000'000);
        EXPECT_EQ(result.status, FrameStatus::kNeedMore) << border.text;
        EXPECT_EQ(result.size_needed, wire(border.text).size() + border.remaining) << border.text;
    }
}

TEST(Frame, AnUnfinishedRemainingLengthNeedsMore) {
    for (const char* text : {"30", "30 80", "30 80 80", "30 ff ff ff"}) {
        EXPECT_EQ(frame(text).status, FrameStatus::kNeedMore) << text;
        EXPECT_EQ(frame(text).size_needed, 0U) << text;
    }
}

TEST(Frame, AFifthByteOfRemainingLengthIsRefused) {
    for (const char* text : {"30 80 80 80 80", "30 ff ff ff ff 01", "30 80 80 80 80 00"}) {
        EXPECT_EQ(frame(text).status, FrameStatus::kBad) << text;
        EXPECT_EQ(frame(text).reason, ReasonCode::kMalformedPacket) << text;
    }
}

TEST(Frame, AnOverlongRemainingLengthIsRefused) {  // [MQTT-5.0 1.5.5-1]
    for (const char* text : {"c0 80 00", "30 85 00", "30 80 80 00", "30 80 80 80 00"}) {
        EXPECT_EQ(frame(text).reason, ReasonCode::kMalformedPacket) << text;
    }
}

TEST(Frame, TypeZeroIsRefusedAtItsFirstByte) {
    EXPECT_EQ(frame("00").status, FrameStatus::kBad);
    EXPECT_EQ(frame("0f 00").status, FrameStatus::kBad);
}

TEST(Frame, OnlyTheFlagsOfTheTableAreAccepted) {  // [MQTT-3.1.1 2.2.2-2]
    for (unsigned type = 1; type <= 15; ++type) {
        for (unsigned flags = 0; flags <= 15; ++flags) {
            const auto first = static_cast<std::uint8_t>(type << 4 | flags);
            const bool has_two = type == 6 || type == 8 || type == 10;
            const bool is_right = type == 3 || flags == (has_two ? 2U : 0U);
            const FrameStatus status = next_frame({&first, 1}, 100).status;
            EXPECT_EQ(status, is_right ? FrameStatus::kNeedMore : FrameStatus::kBad) << type << " " << flags;
        }
    }
}

TEST(Frame, APacketOverTheLimitIsRefusedBeforeItsBodyArrives) {
    EXPECT_EQ(frame("30 63", 101).status, FrameStatus::kNeedMore);
    EXPECT_EQ(frame("30 64", 101).status, FrameStatus::kBad);
    EXPECT_EQ(frame("30 64", 101).reason, ReasonCode::kPacketTooLarge);
    EXPECT_EQ(frame("30 ff ff ff 7f", 1 << 20).reason, ReasonCode::kPacketTooLarge);
}

TEST(Frame, TheBodyLiesInTheInput) {
    const std::string input = wire("3d 03 0001'a' c0 00");
    const FrameResult result = next_frame(as_bytes(input), 100);
    ASSERT_EQ(result.status, FrameStatus::kDone);
    EXPECT_EQ(result.frame.type, PacketType::kPublish);
    EXPECT_EQ(result.frame.flags, 0x0d);
    EXPECT_EQ(result.frame.size, 5U);
    EXPECT_EQ(as_text(result.frame.body).data(), input.data() + 2);
    EXPECT_EQ(result.frame.body.size(), 3U);
}

}  // namespace
}  // namespace dray::mqtt
