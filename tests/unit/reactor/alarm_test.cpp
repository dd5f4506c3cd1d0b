#include "reactor/alarm.h"

#include <gtest/gtest.h>

#include "each_poller.h"
#include "reactor/clock.h"

namespace dray::reactor {
namespace {

using namespace std::chrono_literals;

class Alarms : public EachPoller {
  protected:
    // A ring that has just been closed by this thread may interrupt it.
    bool wakes() {
        for (int wait = 0; wait < 10; ++wait) {
            if (!poller->await(30s).empty()) return true;
        }
        return false;
    }

    Clock clock;
    std::unique_ptr<Poller> poller = make();
    Alarm alarm{*poller};
};
INSTANTIATE_TEST_SUITE_P(With, Alarms, kEachPoller, name_of_poller);

TEST_P(Alarms, WakeWhoWaitsOnceTheDeadlineHasCome) {
    for (int round = 0; round < 5; ++round) {
        const Instant now = clock.now();
        alarm.set(now + 5ms, now);
        EXPECT_TRUE(wakes());
        EXPECT_GE(clock.now(), now + 5ms);
    }
}

TEST_P(Alarms, FollowADeadlineThatMoves) {
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

TEST_P(Alarms, AreSilentWhenCalledOff) {
    const Instant now = clock.now();
    alarm.set(now + 20ms, now);
    alarm.set(kNever, now);
    EXPECT_TRUE(poller->await(100ms).empty());
}

}  // namespace
}  // namespace dray::reactor
