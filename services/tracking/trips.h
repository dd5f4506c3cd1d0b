// What a customer may see: of all vehicles' locations, those of the one that carries the order.
//
//   order/award/<order>          who carries it        ┐
//   vehicle/<vehicle>/status     on which leg          ├─> order/track/<order>, QoS 0, at most once a second
//   vehicle/<vehicle>/location   where it is           ┘
//
// The arrival is estimated from the way that is left (as the crow flies, times what streets add) and from the
// pace at which this vehicle has come along lately. Trips are kept in the database and in memory; locations
// are not kept.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "dray/v1/dispatch.pb.h"
#include "dray/v1/order.pb.h"
#include "dray/v1/vehicle.pb.h"
#include "services/common/service.h"

namespace dray::tracking {

extern const char* const kSchema;

struct Trip {
    std::string order_id;
    std::string vehicle_id;
    std::uint32_t epoch = 0;
    v1::Position pick_up;
    v1::Position drop_off;
    v1::EventHeader cause;
    v1::VehicleState state = v1::VEHICLE_STATE_TO_PICK_UP;
    std::optional<v1::Location> last_fix = {};
    double pace_mps = 0;  // metres come along in a second of wall time, smoothed; 0: not known yet
    std::int64_t published_at_ms = 0;
};

class Trips {
  public:
    void load(service::Transaction& tx);
    void awarded(service::Transaction& tx, const v1::Award& award);
    void ended(service::Transaction& tx, const std::string& order_id);

    void vehicle_reports(const v1::VehicleStatus& status);
    // The update to publish, if this vehicle carries an order and one is due.
    std::optional<v1::TrackingUpdate> located(const v1::Location& location, std::int64_t now_ms);

  private:
    std::unordered_map<std::string, Trip> by_vehicle_;
};

}  // namespace dray::tracking
