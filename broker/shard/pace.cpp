#include "shard/pace.h"

#include <algorithm>

#include "shard/connections.h"
#include "shard/core.h"

namespace dray::shard {

namespace {

// Who was read that long without being held has paused.
constexpr std::chrono::milliseconds kPause{1000};

// A shorter hold is not worth its wake-ups. What it costs comes together: the rate stays the same.
constexpr std::chrono::milliseconds kHoldLeast{20};

void hold(Core& core, Link& link, Instant until) {
    Pace& pace = *link.pace;
    if (core.now >= pace.held_until + kPause) pace.beyond_since = core.now;
    const std::uint32_t beyond_ms_max = core.limits().client_beyond_rate_ms_max;
    if (beyond_ms_max > 0 && core.now - pace.beyond_since >= std::chrono::milliseconds(beyond_ms_max)) {
        ++core.statistics.clients_too_fast;
        return close_link(core, link, mqtt::ReasonCode::kMessageRateTooHigh,
                          "it has sent more than its rate allows for too long");
    }
    pace.is_held = true;
    pace.held_until = until;
    ++core.statistics.reading_paused;
    core.effects.readings.push_back({link.id, false});
    core.timers.set({until, Timer::Kind::kPace, link.id.index, link.id.generation});
}

}  // namespace

void set_pace(const Core& core, Link& link) {
    const Limits& limits = core.limits();
    if (limits.client_messages_per_s_max == 0 && limits.client_bytes_per_s_max == 0) return;
    link.pace = std::make_unique<Pace>(limits);
}

bool may_go_on(Core& core, Link& link) {
    const Pace& pace = *link.pace;
    if (pace.is_held) return false;
    const Instant welcome_at = std::max(pace.messages.welcome_at(), pace.bytes.welcome_at());
    if (welcome_at > core.now) hold(core, link, std::max(welcome_at, core.now + kHoldLeast));
    return welcome_at <= core.now;
}

void go_on(Core& core, Link& link) {
    link.pace->is_held = false;
    link.last_heard = core.now;
    core.effects.readings.push_back({link.id, true});
}

}  // namespace dray::shard
