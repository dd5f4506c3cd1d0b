// Sessions and subscriptions as JSON (shard/session_requests.h).
#pragma once

#include <nlohmann/json.hpp>

#include "shard/session_requests.h"

namespace dray::admin {

// "connection" is null while the client is away, "ends_in_ms" if it does not end; "queue_messages" and
// "queue_bytes" are null while the messages are on disk only.
nlohmann::ordered_json session_json(const shard::SessionInfo& session);
nlohmann::ordered_json subscription_json(const shard::SubscriptionInfo& subscription);

}  // namespace dray::admin
