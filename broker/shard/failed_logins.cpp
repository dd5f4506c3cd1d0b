#include "shard/failed_logins.h"

#include <algorithm>

namespace dray::shard {

bool FailedLogins::is_held_off(std::uint64_t key, Instant now) const {
    const auto found = entries_.find(key);
    return found != entries_.end() && now < found->second.held_until;
}

void FailedLogins::add(std::uint64_t key, Instant now) {
    if (patience_.failures_max == 0) return;
    if (!entries_.contains(key)) make_room(now);
    Entry& entry = entries_.try_emplace(key, Entry{0, now, now}).first->second;
    let_time_pass(entry, now);
    ++entry.failures;
    if (entry.failures <= patience_.failures_max) return;
    const std::uint32_t doublings = std::min(entry.failures - patience_.failures_max - 1, 31U);
    const std::uint64_t delay_ms =
        std::min<std::uint64_t>(std::uint64_t{patience_.delay_ms} << doublings, patience_.delay_ms_max);
    entry.held_until = entry.counted_from = now + std::chrono::milliseconds(delay_ms);
}

void FailedLogins::let_time_pass(Entry& entry, Instant now) const {
    const std::int64_t span_ms = std::max<std::int64_t>(patience_.delay_ms_max, 1);
    const std::int64_t spans = std::max<std::int64_t>((now - entry.counted_from).count() / span_ms, 0);
    if (spans >= entry.failures) {
        entry.failures = 0;
        entry.counted_from = now;
    } else {
        entry.failures -= static_cast<std::uint32_t>(spans);
        entry.counted_from = entry.counted_from + std::chrono::milliseconds(spans * span_ms);
    }
}

// Drops what time has forgotten, and if that is nothing, anyone: an attacker who fills the table must have
// failed that often to do it.
void FailedLogins::make_room(Instant now) {
    if (entries_.size() < kEntriesMax) return;
    std::erase_if(entries_, [&](const auto& each) {
        Entry entry = each.second;
        let_time_pass(entry, now);
        return entry.failures == 0;
    });
    if (entries_.size() >= kEntriesMax) entries_.erase(entries_.begin());
}

}  // namespace dray::shard
