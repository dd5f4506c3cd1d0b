#include "reactor/alarm.h"

#include <gtest/gtest.h>

#include "reactor/clock.h"

namespace dray::reactor {
namespace {

using namespace std::chrono_literals;

class Alarms : public testing::Test {
  protected:
    bool wakes() { return !poller.wait(30s).empty(); }

    Clock clock;
    Poller poller;
    Alarm alarm{poller};
};

TEST_F(Alarms, WakeWhoWaitsOnceTheDeadlineHasCome) {
    for (int round = 0; round < 5; ++round) {
        const Instant now = clock.now();
        alarm.set(now + 5ms, now);
        EXPECT_TRUE(wakes());
        EXPECT_GE(clock.now(), now + 5ms);
    }
}

TEST_F(Alarms, FollowADeadlineThatMoves) {
    const Instant now = clock.now();
    alarm.set(now + 1h, now);
    alarm.set(now + 5ms, now);
    EXPECT_TRUE(wakes());
    alarm.set(now + 1h, now);
    alarm.set(now + 10ms, now);
    alarm.set(now + 10ms, now);
    EXPECT_TRUE(wakes());
    EXPECT_GE(clock.now(), now + 10ms);
}

TEST_F(Alarms, AreSilentWhenCalledOff) {
    const Instant now = clock.now();
    alarm.set(now + 20ms, now);
    alarm.set(kNever, now);
    EXPECT_TRUE(poller.wait(100ms).empty());
}

}  // namespace
}  // namespace dray::reactor
