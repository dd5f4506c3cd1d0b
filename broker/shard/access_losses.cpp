#include "shard/access_losses.h"

#include <algorithm>

#include "mqtt/topic.h"
#include "shard/access.h"
#include "shard/core.h"
#include "shard/watches.h"

namespace dray::shard {

namespace {

using Filters = std::vector<std::string>;

bool is_covered(const std::string& filter, const Filters& by) {
    return std::ranges::any_of(by, [&filter](const std::string& wide) { return mqtt::covers(wide, filter); });
}

// Those of `filters` that none of `others` covers.
Filters without(const Filters& filters, const Filters& others) {
    Filters left;
    for (const std::string& filter : filters) {
        if (!is_covered(filter, others)) left.push_back(filter);
    }
    return left;
}

Filters within(const Filters& filters, const std::string& wide) {
    Filters found;
    for (const std::string& filter : filters) {
        if (mqtt::covers(wide, filter)) found.push_back(filter);
    }
    return found;
}

void add(Filters& all, const Filters& more) {
    all.insert(all.end(), more.begin(), more.end());
}

// Without those that he has for being an operator, whatever the rules are.
Filters lost_subscriptions(const Link& link, const ClientAccess& now, const ClientAccess& next) {
    Filters lost;
    const Filters denied = without(next.grants().deny_subscribe, now.grants().deny_subscribe);
    for (const auto& [filter, subscription] : link.session->subscriptions) {
        if (!may_subscribe(now, filter) || (link.is_operators_user && is_watch(filter))) continue;
        if (!may_subscribe(next, filter)) {
            lost.push_back(filter);
        } else {
            add(lost, within(denied, filter));
        }
    }
    return lost;
}

Filters lost_publish(const ClientAccess& now, const ClientAccess& next) {
    const AccessGrants old_grants = now.grants();
    const AccessGrants new_grants = next.grants();
    Filters lost = without(old_grants.publish, new_grants.publish);
    add(lost, without(new_grants.deny_publish, old_grants.deny_publish));
    return lost;
}

}  // namespace

std::optional<AccessLoss> access_loss(const Link& link, const NextAccess& next) {
    const session::Session& session = *link.session;
    AccessLoss loss{session.client_id, session.user_name, has_lost_its_user(link, next.users_gone), {}, {}};
    if (link.access && next.rules) {
        const auto rules = next.rules->of(link.access->subject());
        loss.subscriptions = lost_subscriptions(link, *link.access, *rules);
        loss.publish = lost_publish(*link.access, *rules);
    }
    if (!loss.is_user_gone && loss.subscriptions.empty() && loss.publish.empty()) return std::nullopt;
    return loss;
}

}  // namespace dray::shard
