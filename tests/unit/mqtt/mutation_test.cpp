// Random damage to good packets: decode answers a packet or a reason, never reads out of bounds (under
// AddressSanitizer), and what it takes it can encode and take again.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "base/random.h"
#include "mqtt/decode.h"
#include "mqtt/encode.h"
#include "packet_text.h"
#include "sample_packets.h"
#include "wire_text.h"

namespace dray::mqtt {
namespace {

std::uint64_t seed() {
    const char* given = std::getenv("DRAY_SEED");
    const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::printf("DRAY_SEED=%llu\n", static_cast<unsigned long long>(seed));
    return seed;
}

void damage(std::string& bytes, Random& random) {
    constexpr unsigned char kTelling[] = {0x00, 0x01, 0x02, 0x7f, 0x80, 0xff, '#',
                                          '+',  '$',  '/',  0xc3, 0x26, 0x0b};
    const std::size_t at = random.below(bytes.size());
    switch (random.below(5)) {
        case 0:
            bytes[at] = static_cast<char>(random.next());
            break;
        case 1:
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
            break;
        case 2:
            bytes[at] = static_cast<char>(kTelling[random.below(sizeof(kTelling))]);
            break;
        case 3:
            bytes.insert(at, 1, static_cast<char>(random.next()));
            break;
        case 4:
            bytes.erase(at, 1 + random.below(bytes.size() - at));
            break;
    }
    if (bytes.empty()) bytes = "x";
}

// Decodes body bytes that lie in a block of exactly their size.
void check_one(const std::vector<std::uint8_t>& bytes, ProtocolVersion version) {
    const Frame frame{.type = static_cast<PacketType>(bytes[0] >> 4),
                      .flags = static_cast<std::uint8_t>(bytes[0] & 0x0f),
                      .body = ByteView(bytes).subspan(1),
                      .size = bytes.size() + 1};
    const auto packet = decode(frame, version);
    if (!packet) return;
    const Connect* connect = std::get_if<Connect>(&*packet);
    const ProtocolVersion said = connect ? connect->version : version;
    std::string again;
    encode(*packet, said, again);
    const FrameResult result = next_frame(as_bytes(again), 1 << 20);
    ASSERT_EQ(result.status, FrameStatus::kDone);
    const auto repeated = decode(result.frame, said);
    ASSERT_TRUE(repeated) << text_of(*packet) << ": " << repeated.error().what;
    ASSERT_EQ(text_of(*repeated), text_of(*packet));
}

TEST(Mutation, DamagedPacketsAreRefusedOrSurviveARoundTrip) {
    Random random(seed());
    const auto& samples = sample_packets();
    for (int round = 0; round < 100'000; ++round) {
        const Sample& sample = samples[random.below(samples.size())];
        std::string bytes = sample.bytes;
        bytes.erase(1, 1);  // Remaining Length: always the body's size here
        for (std::uint64_t count = 1 + random.below(4); count > 0; --count) damage(bytes, random);
        const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
        for (const auto version : {ProtocolVersion::kV31, ProtocolVersion::kV311, ProtocolVersion::kV5}) {
            ASSERT_NO_FATAL_FAILURE(check_one(exact, version)) << hex(exact) << " round " << round;
        }
    }
}

TEST(Mutation, FramesOfNoiseNeverReachPastTheInput) {
    Random random(seed());
    for (int round = 0; round < 100'000; ++round) {
        std::vector<std::uint8_t> noise(random.below(12));
        for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random.next());
        const FrameResult result = next_frame(noise, 1000);
        if (result.status == FrameStatus::kDone) {
            ASSERT_LE(result.frame.size, noise.size());
            ASSERT_TRUE(noise.empty() || result.frame.body.size() < result.frame.size);
        } else if (result.status == FrameStatus::kNeedMore && result.size_needed != 0) {
            ASSERT_GT(result.size_needed, noise.size());
            ASSERT_LE(result.size_needed, 1000U);
        }
    }
}

}  // namespace
}  // namespace dray::mqtt
