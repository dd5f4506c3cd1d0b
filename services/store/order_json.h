// Orders as the REST interface shows them.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "dray/v1/order.pb.h"

namespace dray::store {

nlohmann::json items_to_json(const v1::OrderPlaced& order);
nlohmann::json position_to_json(double latitude, double longitude);
// 2026-01-31T12:00:00.123Z
std::string iso_time(std::int64_t unix_ms);

}  // namespace dray::store
