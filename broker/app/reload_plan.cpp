#include "app/reload_plan.h"

#include <stdexcept>

#include "app/auth_files.h"
#include "app/config_changes.h"

namespace dray::app {

namespace {

std::string describe(const ListenerChange& change) {
    switch (change.kind) {
        case ListenerChange::Kind::kBegins:
            return "begins";
        case ListenerChange::Kind::kEnds:
            return "ends";
        case ListenerChange::Kind::kChanges:
            break;
    }
    std::string keys;
    for (const std::string& key : change.keys) keys += (keys.empty() ? "" : ", ") + key;
    return "changes: " + keys;
}

bool has_rules(const Config& config) {
    return !config.acl_file.empty() || !config.access.empty();
}
bool knows_credentials(const Config& config) {
    return !config.password_file.empty() || !config.jwt_key_file.empty();
}

bool needs_restart(const std::string& key, const Config& before, const Config& after) {
    if (!can_change_while_running(key)) return true;
    const bool is_of_rules = key.starts_with("access") || key == "auth.acl_file";
    return is_of_rules ? has_rules(before) != has_rules(after)
                       : knows_credentials(before) != knows_credentials(after) && key.starts_with("auth.");
}

}  // namespace

admin::ReloadPlan plan_reload(const Config& in_force, const auth::Authenticator* authenticator,
                              const ConfigLoader& next) {
    admin::ReloadPlan plan;
    plan.errors = next.errors();
    if (!plan.errors.empty()) return plan;
    auto access = std::make_shared<shard::NextAccess>();
    try {
        const auto next_authenticator = make_authenticator(next.config());
        if (authenticator && next_authenticator)
            access->users_gone = authenticator->users_gone_in(*next_authenticator);
        access->rules = make_access_rules(next.config());
    } catch (const std::runtime_error& error) {
        plan.errors.emplace_back(error.what());
        return plan;
    }
    for (const std::string& key : changed_keys(in_force, next.config()))
        plan.keys.push_back({key, "", needs_restart(key, in_force, next.config())});
    for (const ListenerChange& change : listener_changes(in_force, next.config()))
        plan.listeners.push_back({change.bind, describe(change), change.needs_restart});
    plan.access = std::move(access);
    return plan;
}

}  // namespace dray::app
