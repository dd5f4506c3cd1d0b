// Reporting's read model (CQRS): each order's story and the totals, made from events alone and owned by
// nobody else. Delete the database, and the next start makes it again from the log `$stream/events`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "services/common/service.h"

namespace dray::reporting {

extern const char* const kSchema;

// What is followed: what happened, not what is asked or offered.
const std::vector<std::string>& filters();

void read(service::Transaction& tx, const service::Message& message, const v1::EventHeader& header);

// [{"at_ms", "event", "source", "event_id", "cause_id"}], in the order in which it happened.
nlohmann::json timeline(service::Transaction& tx, const std::string& order_id);
// {"orders", "delivered", "cancelled", "taken_cents", "refunded_cents", "to_door_seconds": {"p50", "p95"}}
nlohmann::json totals(service::Transaction& tx);

}  // namespace dray::reporting
