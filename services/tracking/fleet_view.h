// All vehicles, zip by zip, for who watches the whole fleet.
//
//   vehicle/<vehicle>/location ─┐
//   vehicle/<vehicle>/status   ─┴─> fleet/positions/<zip>     once a second
//
// Watching every vehicle by itself costs a browser a message a vehicle and second; this costs it a message a
// zip. A vehicle is in the picture until it has been silent for kForgottenMs. In memory only: the next fix
// comes within a second.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "dray/v1/fleet.pb.h"
#include "services/common/zips.h"

namespace dray::tracking {

class FleetView {
  public:
    static constexpr std::int64_t kForgottenMs = 10 * 60 * 1000;

    explicit FleetView(service::ZipMap zips) : zips_(std::move(zips)) {}

    void located(const v1::Location& fix);
    void vehicle_reports(const v1::VehicleStatus& status);
    // One for each zip that has vehicles.
    std::vector<v1::FleetPositions> positions(std::int64_t now_ms);

  private:
    struct Vehicle {
        v1::Location fix;  // time_ms 0: not located yet
        v1::VehicleState state = v1::VEHICLE_STATE_UNSPECIFIED;
        std::string order_id;
    };

    service::ZipMap zips_;
    std::unordered_map<std::string, Vehicle> vehicles_;
};

}  // namespace dray::tracking
