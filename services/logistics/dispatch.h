// Who drives an order: the first vehicle to answer, by one durable record.
//
//            ┌────────── wave expires: next ring of zips ──────────┐
//            ▼                                                     │
//   offer ─> open ──(first valid bid)──> awarded ──(delivered)──> delivered
//            ▲ │                            │
//            │ │ deadline: cancelled        │ winner offline, idle or without progress: revoked, epoch + 1
//            │ ▼                            │
//            └──────────────────────────────┘
//
//  - CancelOrder at any time before the door: from open or awarded to cancelled, the winner is told. One that
//  comes
//    before the offer waits for it.
//  - One row in `awards` per (order, epoch), committed before anyone is told (Award and VehicleCommand go
//  through the
//    outbox). A vehicle has at most one active award: an index of the database says so, not a program.
//  - A bid counts when its epoch is the order's, the wave that it answers has not expired, and its vehicle is
//  free.
//    Everyone else is told bid_lost; the winner's retry gets its award again.
//  - Waves go 0 (the order's zip), 1 (its neighbours), … kRingMax and round again until the deadline. Only as
//  many
//    orders are offered anew at a time as there are free vehicles to answer, oldest first, so that a thousand
//    waiting orders do not drown the fleet in offers that nobody can take.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dray/v1/dispatch.pb.h"
#include "dray/v1/order.pb.h"
#include "dray/v1/vehicle.pb.h"
#include "services/common/service.h"
#include "services/common/zips.h"

namespace dray::logistics {

extern const std::vector<std::string> kMigrations;

constexpr int kRingMax = 3;

struct OpenOrder;

class Dispatch {
  public:
    struct Options {
        std::int64_t wave_ms;           // how long a repeated offer stands
        std::int64_t deadline_ms;       // from the first offer to giving up
        std::int64_t lease_ms;          // an award without any progress for so long is lost
        std::int64_t offline_grace_ms;  // a winner may be away or idle for so long
    };
    // `announce` says something at once that may be lost.
    using Announce = std::function<void(const service::Message&)>;
    Dispatch(Options options, const service::ZipMap& zips, Announce announce)
        : options_(options), zips_(zips), announce_(std::move(announce)) {}

    void offered(service::Transaction& tx, const v1::ShipmentOffer& offer);
    void bid(service::Transaction& tx, const v1::Bid& bid);
    void vehicle_reports(service::Transaction& tx, const v1::VehicleStatus& status);
    void cancel(service::Transaction& tx, const v1::CancelOrder& command);
    void cancelled(service::Transaction& tx, const v1::OrderCancelled& event);
    void tick(service::Transaction& tx);

  private:
    void award(service::Transaction& tx, const OpenOrder& order, const v1::Bid& bid);
    void picked_up(service::Transaction& tx, const v1::VehicleStatus& status);
    void delivered(service::Transaction& tx, const v1::VehicleStatus& status);
    void give_up_late_orders(service::Transaction& tx, std::int64_t now);
    void widen_search(service::Transaction& tx, std::int64_t now);
    int next_attempt(const OpenOrder& order, const std::map<std::string, int>& free) const;
    void offer_again(service::Transaction& tx, OpenOrder order, std::int64_t now);
    void revoke_lost_awards(service::Transaction& tx, std::int64_t now);

    Options options_;
    const service::ZipMap& zips_;
    Announce announce_;
};

}  // namespace dray::logistics
