#include "base/rate_limit.h"

#include <gtest/gtest.h>

namespace dray {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1'700'000'000'000};

int taken_at(RateLimit& limit, Instant now) {
    int taken = 0;
    for (; limit.is_welcome(now); ++taken) limit.count(1, now);
    return taken;
}

TEST(RateLimit, LetsASecondsWorthThroughAndThenAsMuchASecond) {
    RateLimit limit(10);
    EXPECT_EQ(taken_at(limit, kStart), 10);
    EXPECT_EQ(taken_at(limit, kStart + 99ms), 0);
    EXPECT_EQ(limit.welcome_at(), kStart + 100ms);
    EXPECT_EQ(taken_at(limit, kStart + 100ms), 1);
    EXPECT_EQ(taken_at(limit, kStart + 600ms), 5);
    EXPECT_EQ(taken_at(limit, kStart + 60s), 10);  // not more after a long pause
}

TEST(RateLimit, AddsUpToTheRateOverALongTime) {
    RateLimit limit(7);
    int taken = 0;
    for (int ms = 0; ms < 100'000; ++ms) taken += taken_at(limit, kStart + std::chrono::milliseconds(ms));
    EXPECT_GE(taken, 700);
    EXPECT_LE(taken, 707);
}

TEST(RateLimit, AOneLargePieceIsPaidForAfterwards) {
    RateLimit limit(1000);
    limit.count(5000, kStart);
    EXPECT_EQ(limit.welcome_at(), kStart + 4001ms);
    EXPECT_FALSE(limit.is_welcome(kStart + 4000ms));
    EXPECT_TRUE(limit.is_welcome(kStart + 4001ms));
}

TEST(RateLimit, StandsTheLargestNumbers) {
    RateLimit fast(1ULL << 50);
    fast.count(1ULL << 28, kStart);
    EXPECT_TRUE(fast.is_welcome(kStart));
    RateLimit slow(1);
    slow.count(1ULL << 28, kStart);
    EXPECT_EQ(slow.welcome_at(), kStart + std::chrono::seconds(1ULL << 28));
}

TEST(RateLimit, OfZeroIsNone) {
    RateLimit limit(0);
    limit.count(1'000'000, kStart);
    EXPECT_TRUE(limit.is_welcome(kStart));
}

}  // namespace
}  // namespace dray
