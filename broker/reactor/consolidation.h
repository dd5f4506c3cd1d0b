// When one thread serves all shards: while so little comes that more threads would only wake each other.
//
//     apart  --little for a while-->  joined  --much-->  apart, and for longer before it is tried again
//
// A message that arrives on one shard and leaves on another costs two wake-ups where each shard has its
// thread, and lone messages are shared between threads that could share a turn (moderation.h). On one thread
// they cost what they cost on one shard. What tells little from much is the CPU time of all threads together,
// as a share of one processor, and how many events a turn has: many, where one thread cannot follow. One
// thread's. Times are those of the steady clock, handed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace dray::reactor {

class Consolidation {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;
    enum class Advice : std::uint8_t { kStay, kJoin, kPart };

    struct Limits {
        double little = 0.4;  // of a processor, all threads together
        double much = 0.7;
        double events_of_a_turn = 64;                   // more on the average: one thread does not follow
        Duration span = std::chrono::milliseconds{20};  // that is judged
        Duration patience = std::chrono::milliseconds{100};  // little for so long, at first
        Duration patience_max = std::chrono::seconds{10};
        Duration worth_it = std::chrono::seconds{1};  // joined for less: more patience next time
    };

    explicit Consolidation(const Limits& limits) : limits_(limits), patience_(limits.patience) {}

    // After each turn. True: a span is over, and judge() wants to be asked.
    bool turned(Time now, std::size_t events) {
        if (span_began_ == Time{}) span_began_ = since_ = now;
        events_ += events;
        ++turns_;
        return now - span_began_ >= limits_.span;
    }
    // `cpu`: what all threads together have used since they began.
    Advice judge(Time now, Duration cpu);

  private:
    Limits limits_;
    bool joined_ = false;
    Time since_;  // joined since, or little since
    Duration patience_;

    Time span_began_;
    Duration cpu_at_begin_{};
    std::uint64_t events_ = 0;
    std::uint64_t turns_ = 0;
};

}  // namespace dray::reactor
