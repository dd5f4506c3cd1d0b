#include "reactor/consolidation.h"

#include <algorithm>
#include <utility>

namespace dray::reactor {

Consolidation::Advice Consolidation::judge(Time now, Duration cpu) {
    using Seconds = std::chrono::duration<double>;
    const double share = Seconds(cpu - cpu_at_begin_) / Seconds(now - span_began_);
    const bool follows =
        static_cast<double>(events_) <= limits_.events_of_a_turn * static_cast<double>(turns_);
    span_began_ = now;
    cpu_at_begin_ = cpu;
    events_ = turns_ = 0;

    if (joined_) {
        if (share <= limits_.much && follows) return Advice::kStay;
        patience_ = now - since_ >= limits_.worth_it ? limits_.patience
                                                     : std::min(2 * patience_, limits_.patience_max);
        joined_ = false;
        since_ = now;
        return Advice::kPart;
    }
    if (share > limits_.little || !follows) since_ = now;
    if (now - since_ < patience_) return Advice::kStay;
    joined_ = true;
    since_ = now;
    return Advice::kJoin;
}

}  // namespace dray::reactor
