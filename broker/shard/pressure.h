// How much of the broker's ceilings of memory and disk is used, in percent, and what that means for
// publishers of QoS 1 and 2. Whoever watches the process tells every shard (Shard::set_pressure).
//
//     below 90   nothing
//     90 .. 99   acknowledgements wait: 10 ms, and twice as long for each percent. Who waits for them before
//                going on, as clients do, is slowed down
//     from 100   nothing more is taken from publishers (parking.h)
//
// What was acknowledged stays; consumers go on, and as they make room the percentage falls.
#pragma once

#include <chrono>
#include <cstdint>

namespace dray::shard {

inline constexpr unsigned kPressureSlows = 90;
inline constexpr unsigned kPressureRefuses = 100;

constexpr std::chrono::milliseconds acknowledgement_delay(unsigned pressure_percent) {
    if (pressure_percent < kPressureSlows) return std::chrono::milliseconds{0};
    const unsigned steps =
        (pressure_percent < kPressureRefuses ? pressure_percent : kPressureRefuses) - kPressureSlows;
    return std::chrono::milliseconds{10LL << steps};
}

}  // namespace dray::shard
