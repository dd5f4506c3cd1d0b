// What dispatch keeps: its tables, and the reading and writing of their rows. See dispatch.h for what they
// mean.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dray/v1/dispatch.pb.h"
#include "dray/v1/vehicle.pb.h"
#include "services/common/service.h"

namespace dray::logistics {

// The row of `orders`.
struct OpenOrder {
    std::string id;
    std::string zip;
    std::string state;  // open, awarded, delivered, cancelled; cancel_asked: not offered yet
    int epoch = 1;
    int attempt = 0;
    long long first_offered_at = 0;
    long long offered_at = 0;  // the current wave
    long long expires_at = 0;
    long long deadline = 0;
    v1::Position pick_up = {};
    v1::Position drop_off = {};
    v1::EventHeader cause = {};  // the offer that opened this epoch: what follows belongs to its story
    std::string reason = {};     // why it is cancelled, once that is asked for
    long long decide_at = 0;     // bids are held until then; 0: none are
};

// The row of `awards` that is active.
struct ActiveAward {
    std::string order_id;
    int epoch = 0;
    std::string vehicle_id;
    std::string bid_id;
    int slot = 0;  // which of the places in the vehicle it takes; matters when it is inserted
};

// Awards are lost that have not been heard of, have not come a leg further, or whose vehicle has been idle or
// offline, since these times.
struct Patience {
    long long silent;
    long long leg;
    long long away;
};

constexpr int kCapacityMax = 1000;

std::optional<OpenOrder> find_order(service::Transaction& tx, const std::string& id);
void insert_order(service::Transaction& tx, const OpenOrder& order);
void update_order(service::Transaction& tx, const OpenOrder& order);  // state, epoch, attempt, times, cause
// Open orders whose wave has expired, the one that has waited longest for another first.
std::vector<OpenOrder> expired_orders(service::Transaction& tx, long long now, int count_max);
int offers_in_the_air(service::Transaction& tx, long long now);
std::vector<OpenOrder> late_orders(service::Transaction& tx, long long now);
// Those whose held bids are due.
std::vector<OpenOrder> orders_to_decide(service::Transaction& tx, long long now);

std::optional<ActiveAward> active_award_of_order(service::Transaction& tx, const std::string& order_id);
std::vector<ActiveAward> active_awards_of_vehicle(service::Transaction& tx, const std::string& vehicle_id);
// A place in this vehicle that no active award takes; nothing: it is full, or has broken down.
std::optional<int> free_slot(service::Transaction& tx, const std::string& vehicle_id);
// True when this vehicle had this order in an earlier epoch and lost it.
bool was_revoked(service::Transaction& tx, const std::string& order_id, const std::string& vehicle_id);
void insert_award(service::Transaction& tx, const OpenOrder& order, const ActiveAward& award, long long now);
void end_award(service::Transaction& tx, const ActiveAward& award, const std::string& state, long long now);
// True once per award.
bool note_pick_up(service::Transaction& tx, const ActiveAward& award);
// A vehicle is alive (all that it carries is), or has come further with one of its orders (so the others
// have, too).
void hear_of_vehicle(service::Transaction& tx, const std::string& vehicle_id, long long now);
void begin_leg(service::Transaction& tx, const std::string& vehicle_id, long long now);
std::vector<ActiveAward> lost_awards(service::Transaction& tx, const Patience& since);

void write_vehicle(service::Transaction& tx, const v1::VehicleStatus& status, long long now);
// Where the vehicles are that could take an order now: zip -> how many.
std::map<std::string, int> free_vehicles(service::Transaction& tx);

}  // namespace dray::logistics
