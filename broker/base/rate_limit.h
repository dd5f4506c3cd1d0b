// So much in a second, and after a pause a second's worth at once. What is counted may go beyond that by one
// piece, however large: then the wait is as much longer.
//
//     RateLimit bytes(1'000'000);
//     if (bytes.is_welcome(now)) bytes.count(packet_bytes, now);
//     else wait until bytes.welcome_at()
//
// It keeps one number: up to when the time is used up by what came. One thread's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/instant.h"

namespace dray {

class RateLimit {
  public:
    explicit RateLimit(std::uint64_t per_s_max) : per_s_max_(per_s_max) {}  // 0 = no limit

    void count(std::uint64_t amount, Instant now) {
        if (per_s_max_ == 0) return;
        const std::int64_t a_second_ago = (now.ms - 1000) * kNsPerMs;
        used_until_ns_ = std::max(used_until_ns_, a_second_ago) + duration_ns(amount);
    }
    bool is_welcome(Instant now) const { return now >= welcome_at(); }
    // From when on the next piece may come.
    Instant welcome_at() const {
        if (per_s_max_ == 0) return {};
        const std::int64_t at_ns = used_until_ns_ + duration_ns(1);
        return {(at_ns + kNsPerMs - 1) / kNsPerMs};
    }

    // Whether nothing is left of what came: it is as if nothing ever had.
    bool is_rested(Instant now) const { return used_until_ns_ <= (now.ms - 1000) * kNsPerMs; }

  private:
    static constexpr std::int64_t kNsPerMs = 1'000'000;

    std::int64_t duration_ns(std::uint64_t amount) const {
        constexpr std::uint64_t kNsPerS = 1'000'000'000;
        return static_cast<std::int64_t>(amount / per_s_max_ * kNsPerS +
                                         amount % per_s_max_ * kNsPerS / per_s_max_);
    }

    std::uint64_t per_s_max_;
    std::int64_t used_until_ns_ = std::numeric_limits<std::int64_t>::min() / 2;  // long ago
};

}  // namespace dray
