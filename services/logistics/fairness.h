// How fairly the orders are spread over the vehicles, and how long orders wait for one; out of dispatch's own
// tables.
//
//   Jain index   (Σx)² / (n Σx²) over the awards x of each of n vehicles: 1 when all have equally many, 1/n
//                when one has them all. Vehicles that never won count, too.
//   wait         from an order's first offer to its first award
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "services/common/transaction.h"

namespace dray::logistics {

// {"vehicles": 3, "awards": 4, "jain_index": 0.8, "wait_ms": {"p50": 310, "p95": 8200},
//  "awards_per_vehicle": {"v-1": 2, …}}
nlohmann::json fairness(service::Transaction& tx);

// 1 where there is nothing to be shared.
double jain_index(const std::vector<std::int64_t>& shares);

}  // namespace dray::logistics
