// The clock of the process: wall clock at the start plus the steady clock since, so that time never runs
// backwards. One is made by the program and copied to every reactor, which reads it once per turn.
#pragma once

#include <chrono>

#include "base/instant.h"

namespace dray::reactor {

class Clock {
  public:
    Clock();
    Instant now() const;

  private:
    std::chrono::steady_clock::time_point start_;
    std::int64_t start_ms_;  // since the Unix epoch
};

}  // namespace dray::reactor
