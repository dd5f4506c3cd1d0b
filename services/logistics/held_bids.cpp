#include "services/logistics/held_bids.h"

#include <soci/soci.h>

namespace dray::logistics {

using service::Transaction;
using soci::use;

void hold_bid(Transaction& tx, const v1::Bid& bid, std::int64_t now) {
    const auto epoch = static_cast<int>(bid.epoch());
    const long long eta = bid.eta_seconds();
    tx.sql() << "INSERT INTO bids (order_id, epoch, vehicle_id, bid_id, eta_seconds, at_ms) "
                "VALUES (:order, :epoch, :vehicle, :bid, :eta, :now) ON CONFLICT DO NOTHING",
        use(bid.header().order_id()), use(epoch), use(bid.vehicle_id()), use(bid.bid_id()), use(eta),
        use(now);
}

std::vector<HeldBid> take_held_bids(Transaction& tx, const OpenOrder& order) {
    std::vector<HeldBid> bids;
    {
        const soci::rowset<soci::row> rows =
            (tx.sql().prepare << "SELECT vehicle_id, bid_id, epoch FROM bids WHERE order_id = :order "
                                 "ORDER BY eta_seconds, at_ms, vehicle_id",
             use(order.id));
        for (const auto& row : rows) {
            bids.push_back({.vehicle_id = row.get<std::string>(0),
                            .bid_id = row.get<std::string>(1),
                            .epoch = row.get<int>(2)});
        }
    }
    tx.sql() << "DELETE FROM bids WHERE order_id = :order", use(order.id);
    return bids;
}

}  // namespace dray::logistics
