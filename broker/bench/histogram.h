// Latencies as HdrHistogram keeps them: buckets as wide as 1/128 of their value, so that any percentile is
// known to 0.8 %, in 45 kB, whatever was recorded.
//
//     0 ... 255        one bucket each
//     256 ... 511      128 buckets of 2
//     512 ... 1023     128 buckets of 4, and so on up to 2^48
//
// Coordinated omission is not this class's business but its caller's: at an offered rate a latency is counted
// from the time at which the message was due, so what held the sender up counts for each message that it held
// up. The unit is the caller's; dray-bench records nanoseconds.
#pragma once

#include <cstdint>
#include <vector>

namespace dray::bench {

class Histogram {
  public:
    void record(std::uint64_t value);

    std::uint64_t count() const { return count_; }
    std::uint64_t max() const { return max_; }
    // The value that `percent` of all recorded ones do not exceed; 0 when there are none.
    std::uint64_t percentile(double percent) const;

  private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace dray::bench
