// The clock of all latencies: nanoseconds of CLOCK_MONOTONIC.
#pragma once

#include <time.h>

#include <cstdint>

namespace dray::bench {

inline constexpr std::int64_t kSecond = 1'000'000'000;

inline std::int64_t now_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * kSecond + time.tv_nsec;
}

inline double seconds_since(std::int64_t begin_ns) {
    return static_cast<double>(now_ns() - begin_ns) / static_cast<double>(kSecond);
}

}  // namespace dray::bench
