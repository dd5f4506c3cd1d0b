// How much a minute, averaged over the last 1, 5 and 15: what $SYS/broker/load/... says, as mosquitto counts
// it. An exponential moving average of a counter that only grows. On shard 0.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

namespace dray::shard {

class LoadAverage {
  public:
    static constexpr std::array<unsigned, 3> kMinutes{1, 5, 15};

    // `total` now, `elapsed_ms` after the last time.
    void update(std::uint64_t total, std::int64_t elapsed_ms) {
        if (elapsed_ms <= 0) return;
        const double per_minute =
            static_cast<double>(total - last_) * 60'000.0 / static_cast<double>(elapsed_ms);
        last_ = total;
        for (std::size_t i = 0; i < kMinutes.size(); ++i) {
            const double keep = std::exp(-static_cast<double>(elapsed_ms) / (60'000.0 * kMinutes[i]));
            average_[i] = per_minute * (1 - keep) + average_[i] * keep;
        }
    }
    double over(std::size_t index) const { return average_[index]; }

  private:
    std::uint64_t last_ = 0;
    std::array<double, kMinutes.size()> average_{};
};

}  // namespace dray::shard
