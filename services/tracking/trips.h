// What a customer may see: of all vehicles' locations, those of the one that carries the order.
//
//   order/award/<order>          who carries it    ┐    order/track/<order>   QoS 0, once a second at most
//   vehicle/<vehicle>/status     on which leg      ├─>  order/near/<order>    arriving; at the door
//   vehicle/<vehicle>/location   where it is       ┘    alert/…/<vehicle>     see patrol.h
//
// The arrival is estimated from the way that is left (as the crow flies, times what streets add) and from the
// pace at which this vehicle has come along lately. Trips are kept in the database, so that a death loses
// none and an instance that stands by knows them, and in memory; locations are not kept: the next one comes
// within a second.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "dray/v1/dispatch.pb.h"
#include "dray/v1/order.pb.h"
#include "dray/v1/vehicle.pb.h"
#include "services/common/service.h"
#include "services/tracking/patrol.h"

namespace dray::tracking {

extern const std::vector<std::string> kMigrations;

constexpr double kArrivingMetres = 500;
constexpr double kAtTheDoorMetres = 60;

struct Trip {
    std::string order_id;
    std::string vehicle_id;
    std::uint32_t epoch = 0;
    v1::Position pick_up;
    v1::Position drop_off;
    v1::EventHeader cause;
    v1::VehicleState state = v1::VEHICLE_STATE_TO_PICK_UP;
    v1::Zone zone = v1::ZONE_UNSPECIFIED;
    Way way = {};
};

// What one fix gives rise to.
struct News {
    std::vector<v1::TrackingUpdate> updates;  // to be said at once
    std::vector<v1::OrderNear> near;          // to be announced
    std::vector<v1::Alert> off_route;
};

class Trips {
  public:
    // From the database, where another instance may have written: at the start, and while one stands by.
    void refresh(service::Transaction& tx);
    void awarded(service::Transaction& tx, const v1::Award& award);
    void ended(service::Transaction& tx, const std::string& order_id);
    // Publishes it, unless it was before.
    void announce(service::Transaction& tx, const v1::OrderNear& near);

    void vehicle_reports(const v1::VehicleStatus& status);
    News located(const v1::Location& location, std::int64_t now_ms);

  private:
    struct Carrier {
        std::map<std::string, Trip> trips;  // by order; more than one where the vehicle has room for it
        std::optional<v1::Location> last_fix = {};
        double pace_mps = 0;  // metres come along in a second of wall time, smoothed; 0: not known yet
        std::int64_t published_at_ms = 0;
    };
    std::vector<v1::Alert> off_route(Carrier& carrier, const v1::Location& fix);
    static void learn_pace(Carrier& carrier, const v1::Location& fix);
    static v1::TrackingUpdate make_update(const Carrier& carrier, const Trip& trip,
                                          const v1::Location& location);
    void add(Trip trip);

    std::unordered_map<std::string, Carrier> by_vehicle_;
    std::unordered_map<std::string, PlannedWay> planned_;  // of each vehicle that drives to a stop
};

}  // namespace dray::tracking
