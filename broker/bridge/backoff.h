// How long to wait before the next attempt to connect: twice as long each time, and drawn at random from the
// upper half, so that those who lost the same broker do not all come back at once. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/random.h"

namespace dray::bridge {

class Backoff {
  public:
    using Milliseconds = std::chrono::milliseconds;
    struct Bounds {
        Milliseconds least;
        Milliseconds most;
    };
    Backoff(Bounds bounds, std::uint64_t seed) : bounds_(bounds), next_(bounds.least), random_(seed) {}

    Milliseconds next() {
        const Milliseconds bound = std::min(next_, bounds_.most);
        next_ = bound * 2;
        const auto half = static_cast<std::uint64_t>(bound.count()) / 2;
        return bound - Milliseconds(random_.below(half + 1));
    }
    // It worked: the next failure is the first.
    void reset() { next_ = bounds_.least; }

  private:
    Bounds bounds_;
    Milliseconds next_;
    Random random_;
};

}  // namespace dray::bridge
