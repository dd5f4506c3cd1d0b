#include "net/connection_rates.h"

namespace dray::net {

bool AddressRates::take(std::uint64_t origin, Instant now) {
    if (origin == 0) return true;
    const std::lock_guard lock(mutex_);
    auto found = addresses_.find(origin);
    if (found == addresses_.end()) {
        make_room(now);
        found = addresses_.emplace(origin, RateLimit(per_s_max_)).first;
    }
    if (!found->second.is_welcome(now)) return false;
    found->second.count(1, now);
    return true;
}

// Whoever has paused for a second is as good as new.
void AddressRates::make_room(Instant now) {
    if (addresses_.size() < kAddressesMax) return;
    std::erase_if(addresses_, [now](const auto& each) { return each.second.is_rested(now); });
    if (addresses_.size() >= kAddressesMax) addresses_.erase(addresses_.begin());
}

Instant ListenerRate::welcome_at() const {
    const std::lock_guard lock(mutex_);
    return limit_.welcome_at();
}

void ListenerRate::count(Instant now) {
    const std::lock_guard lock(mutex_);
    limit_.count(1, now);
}

}  // namespace dray::net
