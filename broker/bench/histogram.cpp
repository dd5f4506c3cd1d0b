#include "bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace dray::bench {
namespace {

constexpr unsigned kExactBits = 8;  // values of so many bits have a bucket each
constexpr std::size_t kHalf = std::size_t{1} << (kExactBits - 1);
constexpr std::uint64_t kValueMax = (std::uint64_t{1} << 48) - 1;

unsigned shift_of(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    return width > kExactBits ? width - kExactBits : 0;
}

std::size_t bucket_of(std::uint64_t value) {
    const unsigned shift = shift_of(value);
    return shift * kHalf + static_cast<std::size_t>(value >> shift);
}

std::uint64_t highest_in(std::size_t bucket) {
    if (bucket < 2 * kHalf) return bucket;
    const std::size_t shift = bucket / kHalf - 1;
    return ((std::uint64_t{bucket - shift * kHalf} + 1) << shift) - 1;
}

}  // namespace

void Histogram::record(std::uint64_t value) {
    if (buckets_.empty()) buckets_.resize(bucket_of(kValueMax) + 1);
    ++buckets_[bucket_of(std::min(value, kValueMax))];
    ++count_;
    max_ = std::max(max_, value);
}

std::uint64_t Histogram::percentile(double percent) const {
    const auto wanted = static_cast<std::uint64_t>(std::ceil(static_cast<double>(count_) * percent / 100));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (seen >= wanted && seen > 0) return std::min(highest_in(bucket), max_);
    }
    return max_;
}

}  // namespace dray::bench
