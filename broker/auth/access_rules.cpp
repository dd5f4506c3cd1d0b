#include "auth/access_rules.h"

#include <algorithm>

#include "mqtt/topic.h"

namespace dray::auth {

namespace {

constexpr std::size_t kKnownTopicsMax = 64;  // of one client; then it begins anew

}  // namespace

void TopicRules::deny(const std::string& pattern, const shard::Subject& subject) {
    Expanded expanded = expand(pattern, subject);
    is_void_ |= expanded.is_unsafe;
    std::ranges::move(expanded.filters, std::back_inserter(denied_));
}

void TopicRules::allow(const std::string& pattern, const shard::Subject& subject) {
    std::ranges::move(expand(pattern, subject).filters, std::back_inserter(allowed_));
}

bool TopicRules::takes(std::string_view topic) {
    const auto known = known_.find(topic);
    if (known != known_.end()) return known->second;
    if (known_.size() >= kKnownTopicsMax) known_.clear();
    return known_.emplace(topic, decide(topic)).first->second;
}

bool TopicRules::decide(std::string_view topic) const {
    const auto takes_it = [topic](const std::string& filter) { return mqtt::matches(filter, topic); };
    return !is_void_ && std::ranges::none_of(denied_, takes_it) && std::ranges::any_of(allowed_, takes_it);
}

bool TopicRules::takes_all_of(std::string_view filter) const {
    const auto covers_it = [filter](const std::string& wide) { return mqtt::covers(wide, filter); };
    return !is_void_ && std::ranges::none_of(denied_, covers_it) && std::ranges::any_of(allowed_, covers_it);
}

ClientRules::ClientRules(const std::vector<AccessRole>& roles, const shard::Subject& subject)
    : subject_(subject) {
    for (const AccessRole& role : roles) {
        if (!is_for(role, subject)) continue;
        for (const std::string& pattern : role.publish) publish_.allow(pattern, subject);
        for (const std::string& pattern : role.subscribe) receive_.allow(pattern, subject);
        for (const std::string& pattern : role.deny_publish) publish_.deny(pattern, subject);
        for (const std::string& pattern : role.deny_subscribe) receive_.deny(pattern, subject);
    }
}

}  // namespace dray::auth
