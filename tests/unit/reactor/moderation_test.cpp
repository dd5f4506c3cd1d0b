// When a reactor rests: a day of turns on a clock of the test's own.
#include "reactor/moderation.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace dray::reactor {
namespace {

using namespace std::chrono_literals;
using Duration = Moderation::Duration;

constexpr Duration kRest = 150us;
constexpr Duration kWorkOfEvent = 5us;
constexpr Duration kTick = 2ms;

// A reactor that takes what has come, works on it, and waits.
class Turns {
  public:
    // `counts`: its rests end with what they wait for (ring_poller.h), and with a tick.
    explicit Turns(bool counts, Duration rest = kRest) : moderation_(rest), counts_(counts) {}

    // Comes at a time of its own, whatever becomes of what came before.
    void comes_at(Moderation::Time at) { coming_.push_back(at); }
    Moderation::Time now() const { return now_; }

    // Returns how many events there were.
    std::size_t turn() {
        const Poller::Gathering gathering = moderation_.before_wait(now_, turns_ % 10 < disk_is_awaited_);
        if (gathering.events > 1) now_ += rest(gathering);
        if (!coming_.empty()) now_ = std::max(now_, coming_.front());
        std::size_t events = 0;
        for (; !coming_.empty() && coming_.front() <= now_; coming_.pop_front()) {
            worst_ = std::max(worst_, now_ - coming_.front());
            delays_ += now_ - coming_.front();
            ++events;
        }
        moderation_.woke(now_, events);
        now_ += events * kWorkOfEvent;
        ++turns_;
        served_ += events;
        return events;
    }

    // The next so many events, apart by so much on the average.
    void trickle(int events, Duration apart) {
        std::exponential_distribution<double> gap(1.0 / static_cast<double>(apart.count()));
        Moderation::Time at = now_;
        for (int i = 0; i < events; ++i) comes_at(at += Duration(static_cast<std::int64_t>(gap(chance_))));
        while (!coming_.empty()) turn();
    }
    // Peers that send the next only when they have their answer, which takes them so long.
    void ask_and_answer(int events, Duration thinking) {
        for (int i = 0; i < events; ++i) {
            comes_at(now_ + thinking);
            turn();
        }
    }

    // So many of ten times that it waits.
    void disk_is_awaited(int times) { disk_is_awaited_ = times; }
    void start_over() { moderation_.start_over(); }
    void pass(Duration silence) { now_ += silence; }
    void forget() { turns_ = rests_ = 0, served_ = 0, worst_ = delays_ = {}; }
    int turns() const { return turns_; }
    int rests() const { return rests_; }
    Duration worst() const { return worst_; }
    Duration mean() const { return delays_ / static_cast<std::int64_t>(served_); }

  private:
    Duration rest(const Poller::Gathering& gathering) {
        ++rests_;
        if (!counts_) return gathering.time;
        if (coming_.size() < gathering.events) return kTick;
        return std::clamp(coming_[gathering.events - 1] - now_, Duration::zero(), kTick);
    }

    Moderation moderation_;
    bool counts_;
    Moderation::Time now_{1h};
    std::deque<Moderation::Time> coming_;
    std::minstd_rand chance_{7};
    int disk_is_awaited_ = 0;
    int turns_ = 0;
    int rests_ = 0;
    std::size_t served_ = 0;
    Duration worst_{};
    Duration delays_{};
};

class Moderations : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Of, Moderations, testing::Bool(),
                         [](const auto& of) { return of.param ? "RestsThatCount" : "RestsByTime"; });

TEST_P(Moderations, LoneMessagesInCloseSuccessionShareTurns) {
    Turns reactor(GetParam());
    reactor.trickle(20'000, 50us);
    EXPECT_LT(reactor.turns(), 9'000);
    EXPECT_LT(reactor.mean(), kRest);
    EXPECT_LT(reactor.worst(), (GetParam() ? kTick : kRest) + 100us);
}

TEST_P(Moderations, WhatComesAfterSilenceIsServedAtOnce) {
    Turns reactor(GetParam());
    reactor.trickle(20'000, 50us);
    reactor.forget();
    for (int i = 0; i < 1000; ++i) {
        reactor.comes_at(reactor.now() + 1ms);
        reactor.turn();
    }
    EXPECT_LE(reactor.rests(), 1);  // after the last of the trickle
    EXPECT_EQ(reactor.worst(), 0us);
}

// As many as are wanted come in half of the longest pause: that it was silent before does not prolong it.
TEST_P(Moderations, APauseIsNoLongerThanWhatIsWantedTakesToCome) {
    const Duration longest = 2ms;
    const Duration apart = longest / static_cast<int>(2 * Moderation::kWanted);
    Turns reactor(GetParam(), longest);
    for (int i = 0; i < 10; ++i) {
        reactor.pass(10s);
        reactor.trickle(20'000, apart);
        EXPECT_LT(reactor.mean(), longest * 3 / 8);
    }
}

TEST_P(Moderations, TrialsBecomeRarerWhileNobodyIsSlowedDown) {
    Turns reactor(GetParam(), 1ms);
    reactor.trickle(400'000, 50us);
    EXPECT_GT(reactor.turns(), 20'000);
    EXPECT_LT(reactor.turns(), 27'000) << "a trial has 400 turns";
}

TEST_P(Moderations, WhatItHasLearntCanBeForgotten) {
    Turns reactor(GetParam());
    reactor.trickle(20'000, 50us);
    reactor.start_over();
    reactor.forget();
    reactor.trickle(200, 50us);
    EXPECT_EQ(reactor.rests(), 0);
    reactor.trickle(20'000, 50us);
    EXPECT_GT(reactor.rests(), 0);
}

TEST_P(Moderations, WithoutATimeItNeverRests) {
    Turns reactor(GetParam(), 0us);
    reactor.trickle(20'000, 50us);
    EXPECT_EQ(reactor.rests(), 0);
}

TEST_P(Moderations, FullTurnsNeedNoRest) {
    Turns reactor(GetParam());
    reactor.trickle(20'000, 50us);
    reactor.forget();
    for (int turn = 0; turn < 1000; ++turn) {
        for (std::size_t i = 0; i <= Moderation::kEventsMax; ++i) reactor.comes_at(reactor.now());
        reactor.turn();
    }
    EXPECT_LE(reactor.rests(), 1);
}

TEST_P(Moderations, WhoWaitsForAnAnswerIsNotSlowedDown) {
    Turns reactor(GetParam());
    reactor.ask_and_answer(400'000, 20us);
    EXPECT_LT(reactor.rests(), reactor.turns() / 20);
    // It still sees that others come.
    reactor.trickle(300'000, 50us);
    reactor.forget();
    reactor.trickle(20'000, 50us);
    EXPECT_LT(reactor.turns(), 10'000);
}

// Four that ask and are answered, so that each rest gathers four; before, there was silence.
TEST_P(Moderations, NorWhenThereAreSeveral) {
    Turns reactor(GetParam());
    reactor.trickle(1000, 10ms);
    const auto began = reactor.now();
    for (int i = 0; i < 100'000; ++i) {
        for (int asker = 0; asker < 4; ++asker) reactor.comes_at(reactor.now() + 20us);
        reactor.turn();
    }
    EXPECT_LT(reactor.now() - began, 100'000 * (20us + 4 * kWorkOfEvent) * 1.2);
}

TEST_P(Moderations, WhileSoMuchComesThatTurnsAreSharedAnywayItDoesNotRest) {
    Turns reactor(GetParam());
    reactor.trickle(20'000, 50us);
    reactor.forget();
    reactor.trickle(200'000, 10us);
    EXPECT_LT(reactor.rests(), reactor.turns() / 10);
}

TEST_P(Moderations, RestsThatGatherTooLittleEnd) {
    Turns reactor(GetParam());
    reactor.trickle(200'000, 140us);
    EXPECT_LT(reactor.rests(), reactor.turns() / 5);
}

TEST_P(Moderations, ThereAreNoRestsWhereTheDiskIsAwaitedMostOfTheTime) {
    Turns reactor(GetParam());
    reactor.trickle(20'000, 50us);
    reactor.disk_is_awaited(6);
    reactor.trickle(1'000, 50us);
    reactor.forget();
    reactor.trickle(200'000, 50us);
    EXPECT_EQ(reactor.rests(), 0);
    reactor.disk_is_awaited(0);
    reactor.trickle(1'000, 50us);
    EXPECT_GT(reactor.rests(), 0);
}

TEST_P(Moderations, WhereItIsAwaitedNowAndThenThereAreRestsBetween) {
    Turns reactor(GetParam());
    reactor.disk_is_awaited(3);
    reactor.trickle(20'000, 50us);
    EXPECT_GT(reactor.rests(), reactor.turns() / 3);
}

// As many come as without rests, but each rest is ended by a tick only.
TEST(Moderation, RestsThatEndLateAreGivenUp) {
    Moderation moderation(500us);
    Moderation::Time now{1h};
    int rests = 0;
    int turns = 0;
    for (; now < Moderation::Time{1h} + 10s; ++turns) {
        const bool rests_now = moderation.before_wait(now, false).events > 1;
        rests += rests_now;
        now += rests_now ? kTick : 100us;
        moderation.woke(now, rests_now ? kTick / 100us : 1);
    }
    EXPECT_GT(rests, 0);
    EXPECT_LT(rests, turns / 100);
}

}  // namespace
}  // namespace dray::reactor
