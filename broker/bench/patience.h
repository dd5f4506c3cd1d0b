// How often a load looks up from its work, and how long it waits for a broker that no longer does anything.
#pragma once

#include "bench/clock.h"

namespace dray::bench {

inline constexpr std::int64_t kTickNs = kSecond / 20;
inline constexpr std::int64_t kPatienceNs = 30 * kSecond;

}  // namespace dray::bench
