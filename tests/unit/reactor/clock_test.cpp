#include "reactor/clock.h"

#include <gtest/gtest.h>

namespace dray::reactor {
namespace {

TEST(Clock, SaysTheTimeOfDay) {
    const auto wall = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    EXPECT_NEAR(static_cast<double>(Clock().now().ms), static_cast<double>(wall.count()), 5000);
}

TEST(Clock, NeverRunsBackwards) {
    const Clock clock;
    Instant before = clock.now();
    for (int i = 0; i < 10'000; ++i) {
        const Instant now = clock.now();
        ASSERT_GE(now, before);
        before = now;
    }
}

}  // namespace
}  // namespace dray::reactor
