// Who drives an order: the first vehicle to answer, by one durable record.
//
//            ┌────────── wave expires: next ring of zips ──────────┐
//            ▼                                                     │
//   offer ─> open ──(first valid bid)──> awarded ──(delivered)──> delivered
//            ▲ │                            │
//            │ │ deadline: cancelled        │ lease lost: revoked, epoch + 1, not this vehicle again
//            │ ▼                            │
//            └──────────────────────────────┘
//
//  - A bid is (order, epoch, vehicle, bid id). It counts when its epoch is the order's, the wave that it
//    answers has not expired, and its vehicle has room. Everyone else is told bid_lost; the winner's retry
//    gets its award again. A vehicle that does not want the order says nothing: declining costs nothing.
//  - One row in `awards` per (order, epoch), committed before anyone is told (Award and VehicleCommand go
//    through the outbox). It takes a slot of its vehicle, of as many as the vehicle says it has; that each
//    slot is taken once is an index of the database, not a program.
//  - With a `bid_window_ms` the first bid does not win at once: bids are held so long (held_bids.h), at most
//    until the wave expires, and of those the one that is soonest at the customer wins.
//  - An award is a lease. It is lost when the vehicle says that it has broken down, has not been heard of for
//    `lease_ms`, has been idle or offline for `offline_grace_ms`, or one leg of its way takes longer than
//    `leg_ms`.
//  - Waves go 0 (the order's zip), 1 (its neighbours), … kRingMax and round again until the deadline. Where
//    few vehicles of the zip are free, the nearest ring that has some is asked together with it; where many
//    are, the zip alone is asked again, the more often the more they are: most likely they were not heard.
//  - Only as many orders are offered anew at a time as there are vehicles with room to answer, and only so
//    many vehicles are asked, those first that were taken from their vehicle, then the oldest: a thousand
//    waiting orders do not drown the fleet in offers that nobody can take.
//  - CancelOrder at any time before the door: from open or awarded to cancelled, the winner is told. One that
//    comes before the offer waits for it.
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

struct ActiveAward;
struct HeldBid;
struct OpenOrder;

class Dispatch {
  public:
    struct Options {
        std::int64_t wave_ms;           // how long a repeated offer stands
        std::int64_t deadline_ms;       // from the first offer to giving up
        std::int64_t lease_ms;          // an award whose vehicle is silent for so long is lost
        std::int64_t leg_ms;            // ... or takes so long to the pick-up, or from there to the door
        std::int64_t offline_grace_ms;  // a winner may be away or idle for so long
        std::int64_t bid_window_ms;     // 0: the first bid wins
    };
    using Clock = std::function<std::int64_t()>;  // Unix time in milliseconds
    Dispatch(Options options, const service::ZipMap& zips, Clock clock = service::now_ms)
        : options_(options), zips_(zips), clock_(std::move(clock)), listens_since_(clock_()) {}

    void connected();  // to the broker: what was said meanwhile is yet to come

    void offered(service::Transaction& tx, const v1::ShipmentOffer& offer);
    void bid(service::Transaction& tx, const v1::Bid& bid);  // each, also again: uses the inbox itself
    void vehicle_reports(service::Transaction& tx, const v1::VehicleStatus& status);
    void cancel(service::Transaction& tx, const v1::CancelOrder& command);
    void cancelled(service::Transaction& tx, const v1::OrderCancelled& event);
    void tick(service::Transaction& tx);
    void close_windows(service::Transaction& tx);  // a part of tick, for those who want it more often

  private:
    bool may_carry(service::Transaction& tx, const OpenOrder& order, const std::string& vehicle_id) const;
    void award(service::Transaction& tx, OpenOrder order, const HeldBid& bid);
    void close(service::Transaction& tx, OpenOrder order, const std::string& reason);
    void cancel_order(service::Transaction& tx, const OpenOrder& order, const std::string& reason);
    void picked_up(service::Transaction& tx, const v1::VehicleStatus& status);
    void delivered(service::Transaction& tx, const v1::VehicleStatus& status);
    void give_up_late_orders(service::Transaction& tx, std::int64_t now);
    void ask_around(service::Transaction& tx, OpenOrder order);
    void widen_search(service::Transaction& tx, std::int64_t now);
    int free_in(const std::string& zip) const;
    int next_attempt(const OpenOrder& order) const;
    std::vector<std::string> ring_of(const OpenOrder& order) const;
    void offer_again(service::Transaction& tx, OpenOrder order, std::int64_t now);
    void revoke_lost_awards(service::Transaction& tx, std::int64_t now);
    void revoke(service::Transaction& tx, const ActiveAward& lost, const std::string& reason,
                std::int64_t now);

    Options options_;
    const service::ZipMap& zips_;
    Clock clock_;
    std::int64_t listens_since_;
    std::map<std::string, int> free_;  // vehicles by zip, as of the last tick
};

}  // namespace dray::logistics
