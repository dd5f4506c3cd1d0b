// When a reactor rests before it asks for events, so that lone messages that come in close succession share a
// wake-up, which costs as much as all else that is done for such a message.
//
//     turn  turn  turn  turn  rest   turn of 3   rest   turn of 4   silence …  turn, at once
//
// It rests after kStreak turns in a row with few events, each of which began less than the longest pause
// after the one before. So what comes after silence is served at once. It then waits for as many events as
// come in a pause: kWanted, or fewer where those would take longer than it was told. A turn that took as long
// as a pause is followed by the next at once.
//
// Clients that wait for an answer before they go on would be slowed down for nothing. So before it begins,
// and from time to time, it does not rest for a while (a trial): if more comes then, or if the rests gather
// too little or end late, it sits out for ever longer spans; as it does while so much comes that turns are
// shared anyway. While nobody is slowed down, trials become rarer.
//
// Who waits for the disk is not to wait for a rest, too. While that is so half of the time, there are no
// rests at all: those are clients that wait for an answer before they go on.
//
// One thread. Times are those of the steady clock, handed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "reactor/poller.h"

namespace dray::reactor {

class Moderation {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    static constexpr int kStreak = 4;
    static constexpr double kWanted = 20;
    static constexpr std::size_t kEventsMax = 64;  // a turn of more needs no gathering
    static constexpr Duration kSpan = std::chrono::milliseconds{20};
    static constexpr int kSpansOfRest = 32;  // then there is a trial; after each the double,
    static constexpr int kSpansOfRestMax = 128;
    static constexpr int kSpansOutMax = 256;
    static constexpr double kEventsPerSecondMax = 60'000;

    // 0: it never rests.
    explicit Moderation(Duration longest) : longest_(longest) {}

    bool is_on() const { return longest_ > Duration::zero(); }
    // Before a wait that has no end of its own. `disk_is_awaited`: somebody waits for what is being written.
    Poller::Gathering before_wait(Time now, bool disk_is_awaited);
    // After each wait, whether it had an end or not.
    void woke(Time now, std::size_t events);
    // What it has learnt holds no more: others are served, or in another way.
    void start_over() { *this = Moderation(longest_); }

  private:
    enum class Mode : std::uint8_t { kTrial, kResting, kSittingOut };

    void end_span(Time now, Duration length);
    void prepare_rests(double events_per_s);
    void begin_span(Time now);
    void begin(Mode mode, int spans);
    Duration time_of(double events, double events_per_s) const;
    bool is_about_the_disk() const { return 2 * waits_for_disk_ > waits_; }
    bool was_worth_it(double events_per_s, Duration length) const;

    Duration longest_;
    Duration pause_{};
    unsigned wanted_ = 1;  // events of a pause
    Time woke_;
    bool has_rested_ = false;  // since then, until:
    Time rested_until_;
    int streak_ = 0;

    Mode mode_ = Mode::kTrial;
    int spans_left_ = 1;
    int spans_of_rest_ = kSpansOfRest;  // when they were worth it
    int spans_out_ = 1;                 // when they were not
    double free_events_per_s_ = 0;      // of the last span without rests
    bool was_close_ = false;            // that span was one in which it would have rested

    Time span_began_;  // and what happened in it:
    std::uint64_t events_ = 0;
    std::uint64_t waits_ = 0;
    std::uint64_t waits_for_disk_ = 0;
    std::uint64_t rests_ = 0;
    std::uint64_t gathered_ = 0;  // events of the turns after a rest
    std::uint64_t late_ = 0;      // rests that did not end when they should
};

}  // namespace dray::reactor
