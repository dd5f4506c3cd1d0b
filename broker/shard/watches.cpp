#include "shard/watches.h"

#include "base/assert.h"
#include "mqtt/topic.h"
#include "shard/access.h"
#include "shard/core.h"

namespace dray::shard {

namespace {

using mqtt::ReasonCode;
using session::Session;

constexpr std::string_view kSystemRoot = "$dray";

bool may_watch(const Core& core, const Link& link, std::string_view topic) {
    if (is_operator(link) || link.is_operators_user) return true;
    if (link.access) return link.access->may_subscribe(topic);
    return core.options.watch_access == WatchAccess::kThisMachine && link.is_local;
}

template <typename Visit>
void for_each_watch(const Session& session, Visit visit) {
    for (auto next = session.subscriptions.lower_bound(kWatchRoot);
         next != session.subscriptions.end() && is_watch(next->first); ++next) {
        visit(next->first);
    }
}

}  // namespace

bool is_below_dray(std::string_view filter) {
    if (const auto shared = mqtt::parse_shared(filter)) filter = shared->filter;
    return filter.starts_with(kSystemRoot) &&
           (filter.size() == kSystemRoot.size() || filter[kSystemRoot.size()] == '/');
}

bool is_watch(std::string_view topic) {
    return topic.starts_with(kWatchRoot);
}

bool has_watches(const Session& session) {
    const auto first = session.subscriptions.lower_bound(kWatchRoot);
    return first != session.subscriptions.end() && is_watch(first->first);
}

TopicRefusal refuse_watch(const Core& core, const Link& link, std::string_view filter) {
    if (core.options.watch_access == WatchAccess::kNoAdmin)
        return {ReasonCode::kTopicFilterInvalid, "nothing can be watched without admin.bind"};
    const auto shared = mqtt::parse_shared(filter);
    // First: whoever may not have it does not learn what there is.
    if (!may_watch(core, link, shared ? shared->filter : filter))
        return {
            ReasonCode::kNotAuthorized,
            "only operators may watch: a rule, admin.client_user, or, without rules and admin.token_file, "
            "this machine"};
    if (shared || !is_watch(filter) || filter.size() == kWatchRoot.size() || mqtt::has_wildcard(filter))
        return {ReasonCode::kTopicFilterInvalid,
                "what is below $dray is $dray/watch/<path of a GET>, without wildcards and not shared"};
    return {};
}

void begin_watch(Core& core, const std::string& topic) {
    ++core.watches[topic];
}

void end_watch(Core& core, std::string_view topic) {
    const auto found = core.watches.find(topic);
    DRAY_ASSERT(found != core.watches.end());
    if (--found->second > 0) return;
    core.forward(kOutside, WatchNews{found->first, false});
    core.watches.erase(found);
}

void tell_of_watch(Core& core, const std::string& topic) {
    if (core.watches.contains(topic)) core.forward(kOutside, WatchNews{topic, true});
}

void begin_watches(Core& core, const Session& session) {
    for_each_watch(session, [&core](const std::string& topic) {
        begin_watch(core, topic);
        tell_of_watch(core, topic);
    });
}

void end_watches(Core& core, const Session& session) {
    for_each_watch(session, [&core](const std::string& topic) { end_watch(core, topic); });
}

}  // namespace dray::shard
