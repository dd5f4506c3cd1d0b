// Bids that wait for better ones: where a window is open (dispatch.h), the first bid does not win at once.
// Rows of the table `bids`, so that a window outlives a crash.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dray/v1/dispatch.pb.h"
#include "services/common/transaction.h"
#include "services/logistics/records.h"

namespace dray::logistics {

struct HeldBid {
    std::string vehicle_id;
    std::string bid_id;
    int epoch = 0;
};

// A vehicle's first bid in an epoch is kept, its repeats change nothing.
void hold_bid(service::Transaction& tx, const v1::Bid& bid, std::int64_t now);
// The soonest at the customer first, of equals the one that came first. They are held no longer.
std::vector<HeldBid> take_held_bids(service::Transaction& tx, const OpenOrder& order);

}  // namespace dray::logistics
