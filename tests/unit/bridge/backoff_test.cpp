#include "bridge/backoff.h"

#include <gtest/gtest.h>

namespace dray::bridge {
namespace {

using namespace std::chrono_literals;

TEST(BridgeBackoff, DoublesUpToItsBoundAndIsDrawnFromTheUpperHalf) {
    Backoff backoff({.least = 100ms, .most = 350ms}, 7);
    for (const auto bound : {100ms, 200ms, 350ms, 350ms}) {
        const auto wait = backoff.next();
        EXPECT_LE(wait, bound);
        EXPECT_GE(wait, bound / 2);
    }
    backoff.reset();
    EXPECT_LE(backoff.next(), 100ms);
}

TEST(BridgeBackoff, TwoBridgesDoNotComeBackTogether) {
    Backoff one({.least = 10s, .most = 10s}, 1);
    Backoff two({.least = 10s, .most = 10s}, 2);
    EXPECT_NE(one.next(), two.next());
}

}  // namespace
}  // namespace dray::bridge
