// Time as the core sees it: milliseconds since the Unix epoch, handed in with every input and never read from
// a clock. Within one process it never runs backwards (the reactor adds a steady clock to the wall clock of
// the start), so it serves for deadlines as well as for expiry that must survive a restart.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace dray {

struct Instant {
    std::int64_t ms = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): a false finding of clang-tidy 14
    friend constexpr auto operator<=>(Instant, Instant) = default;
    friend constexpr Instant operator+(Instant at, std::chrono::milliseconds wait) {
        return {at.ms + wait.count()};
    }
    friend constexpr std::chrono::milliseconds operator-(Instant late, Instant early) {
        return std::chrono::milliseconds{late.ms - early.ms};
    }
};

inline constexpr Instant kNever{std::numeric_limits<std::int64_t>::max()};

}  // namespace dray
