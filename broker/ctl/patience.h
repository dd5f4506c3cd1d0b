// How long a command goes on: for so many seconds, or (0) without end. It waits in pieces, so that it can be
// ended.
#pragma once

#include <algorithm>
#include <chrono>

namespace dray::ctl {

class Patience {
  public:
    explicit Patience(double seconds)
        : is_endless_(seconds <= 0), end_(Clock::now() + std::chrono::duration<double>(seconds)) {}

    // The next piece; 0: it is over.
    std::chrono::milliseconds next() const {
        if (is_endless_) return kPiece;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now());
        return std::clamp(left, std::chrono::milliseconds(0), kPiece);
    }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds kPiece{1000};

    bool is_endless_;
    std::chrono::time_point<Clock, std::chrono::duration<double>> end_;
};

}  // namespace dray::ctl
