// Distributions over the seeded generator. Our own, because those of the standard library differ between
// implementations and a seed must mean the same trips everywhere.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/random.h"

namespace dray::fleet {

// Uniform in [0, 1).
inline double uniform(Random& random) {
    return static_cast<double>(random.next() >> 11) * 0x1.0p-53;
}
inline double uniform(Random& random, double low, double high) {
    return low + (high - low) * uniform(random);
}
inline bool happens(Random& random, double probability) {
    return uniform(random) < probability;
}

// Standard normal (Box and Muller, one of the pair).
inline double normal(Random& random) {
    const double radius = std::sqrt(-2 * std::log(1 - uniform(random)));
    return radius * std::cos(6.283185307179586 * uniform(random));
}

inline double exponential(Random& random, double mean) {
    return -mean * std::log(1 - uniform(random));
}

// A generator of its own for each (seed, number, purpose), so that no two draw from each other.
inline Random generator_for(std::uint64_t seed, std::uint64_t number, std::uint64_t purpose) {
    Random mix(seed ^ (number * 0xd1342543de82ef95ULL) ^ (purpose << 56));
    return Random(mix.next());
}

}  // namespace dray::fleet
