// Positions that could not be sent when they were taken, kept until they can be (store and forward).
// Each vehicle keeps the last kFixesMax of them; none is kept for a vehicle that has none.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "base/instant.h"
#include "fleet/vehicle.h"

namespace dray::program {

struct TimedFix {
    fleet::Fix fix{};
    Instant at{};
    std::uint64_t sequence = 0;
};

class MissedFixes {
  public:
    static constexpr std::size_t kFixesMax = 300;

    explicit MissedFixes(std::size_t vehicles) : kept_(vehicles) {}

    bool empty(std::uint32_t vehicle) const { return !kept_[vehicle]; }
    // Returns whether the oldest had to make room.
    bool keep(std::uint32_t vehicle, const TimedFix& fix) {
        auto& kept = kept_[vehicle];
        if (!kept) kept = std::make_unique<std::deque<TimedFix>>();
        kept->push_back(fix);
        if (kept->size() <= kFixesMax) return false;
        kept->pop_front();
        return true;
    }
    const TimedFix& oldest(std::uint32_t vehicle) const { return kept_[vehicle]->front(); }
    void forget_oldest(std::uint32_t vehicle) {
        auto& kept = kept_[vehicle];
        kept->pop_front();
        if (kept->empty()) kept.reset();
    }

  private:
    std::vector<std::unique_ptr<std::deque<TimedFix>>> kept_;
};

}  // namespace dray::program
