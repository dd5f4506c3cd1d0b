#include "admin/session_json.h"

#include "mqtt/version_name.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;

ordered_json connection_json(const shard::SessionInfo::Connection& connection) {
    return {{"peer", connection.peer},
            {"version", mqtt::version_name(connection.version)},
            {"age_ms", connection.age_ms},
            {"silent_ms", connection.silent_ms},
            {"keep_alive_s", connection.keep_alive_s},
            {"window_messages", connection.window_messages},
            {"outbox_bytes", connection.outbox_bytes}};
}

ordered_json known(bool is_known, std::uint64_t value) {
    return is_known ? ordered_json(value) : ordered_json();
}

}  // namespace

ordered_json session_json(const shard::SessionInfo& session) {
    return {{"client_id", session.client_id},
            {"user_name", session.user_name},
            {"connection", session.connection ? connection_json(*session.connection) : ordered_json()},
            {"ends_in_ms", known(session.ends_in_ms.has_value(), session.ends_in_ms.value_or(0))},
            {"expiry_s", session.expiry_s},
            {"has_will", session.has_will},
            {"is_kept", session.is_kept},
            {"subscriptions", session.subscriptions},
            {"unacknowledged", session.unacknowledged},
            {"queue_messages", known(session.is_loaded, session.queue_messages)},
            {"queue_bytes", known(session.is_loaded, session.queue_bytes)}};
}

ordered_json subscription_json(const shard::SubscriptionInfo& subscription) {
    return {{"client_id", subscription.client_id},
            {"filter", subscription.filter},
            {"qos", static_cast<unsigned>(subscription.options.qos)},
            {"no_local", subscription.options.no_local},
            {"retain_as_published", subscription.options.retain_as_published},
            {"id", subscription.id}};
}

}  // namespace dray::admin
