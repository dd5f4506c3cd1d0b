// What a vehicle has in mind about one offer: from thinking it over to the answer to its bid.
#pragma once

#include "fleet/effect.h"
#include "fleet/vehicle.h"

namespace dray::fleet {

struct Vehicle::Negotiation {
    std::string order_id;
    std::string zip;
    std::uint32_t epoch = 0;
    float eta_seconds = 0;
    Instant decide_at{};
    Instant give_up_at{};
    Cause cause{};
    bool has_bid = false;
};

}  // namespace dray::fleet
