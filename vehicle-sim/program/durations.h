// How long things took: a histogram of milliseconds whose buckets grow with the value, so that a percentile
// is right to about 3 % however many there are.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace dray::program {

class Durations {
  public:
    void add(std::chrono::milliseconds duration) {
        ++buckets_[bucket_of(static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0)))];
        ++count_;
        longest_ = std::max(longest_, duration);
    }
    std::uint64_t count() const { return count_; }
    std::chrono::milliseconds longest() const { return longest_; }
    // `share` of them took no longer, 0 < share <= 1; zero when there are none.
    std::chrono::milliseconds percentile(double share) const {
        const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(count_) + 0.999999);
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i)
            if ((seen += buckets_[i]) >= rank && rank > 0)
                return std::min(longest_, std::chrono::milliseconds(upper_end(i)));
        return std::chrono::milliseconds{0};
    }

  private:
    // Values below 32 have a bucket each; each doubling above has 32.
    static constexpr unsigned kBits = 5;
    static constexpr std::size_t kBuckets = (std::size_t{1} << kBits) * 36;

    static std::size_t bucket_of(std::uint64_t value) {
        const auto width = static_cast<unsigned>(std::bit_width(value));
        if (width <= kBits) return value;
        const unsigned shift = width - 1 - kBits;
        return std::min<std::size_t>(((std::size_t{shift} + 1) << kBits) + (value >> shift) - (1U << kBits),
                                     kBuckets - 1);
    }
    static std::int64_t upper_end(std::size_t bucket) {
        const std::size_t doublings = bucket >> kBits;
        if (doublings == 0) return static_cast<std::int64_t>(bucket);
        const auto step = static_cast<std::int64_t>(bucket & ((1U << kBits) - 1)) + (1 << kBits);
        return ((step + 1) << (doublings - 1)) - 1;
    }

    std::array<std::uint64_t, kBuckets> buckets_{};
    std::uint64_t count_ = 0;
    std::chrono::milliseconds longest_{0};
};

}  // namespace dray::program
