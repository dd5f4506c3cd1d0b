// Watches how vehicles drive: an alert when one begins to speed, or to leave its way.
//
//   speeding    kFixesInARow fixes above kTooFast times what is usual on that street
//   off route   kFixesInARow fixes farther than kOffMetres from the way that the vehicle has said it will
//   take
//               (VehicleStatus.way). Of one that does not say: so much farther from where the order is to go
//               next than it had been already.
//
// In memory only: who is restarted sees a second alert, or one later.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "dray/v1/vehicle.pb.h"
#include "services/tracking/street_speeds.h"

namespace dray::tracking {

class Patrol {
  public:
    explicit Patrol(StreetSpeeds speeds) : speeds_(std::move(speeds)) {}

    std::optional<v1::Alert> speeding(const v1::Location& fix);

    static constexpr double kTooFast = 1.25;
    static constexpr int kFixesInARow = 3;

  private:
    StreetSpeeds speeds_;
    std::unordered_map<std::string, int> too_fast_;  // fixes in a row
};

// The way that a vehicle has said it will take to its next stop.
class PlannedWay {
  public:
    explicit PlannedWay(const v1::VehicleStatus& status);
    bool is_known() const { return corners_.size() > 1; }
    // The metres it is off it, once each time it leaves it.
    std::optional<double> strayed(const v1::Location& fix);

    static constexpr double kOffMetres = 200;
    static constexpr int kFixesInARow = 3;

  private:
    std::vector<v1::Position> corners_;
    std::int64_t since_ms_;  // what was before is not judged
    int fixes_off_ = 0;
};

// One leg of one order of a vehicle that does not say: is it still on its way there?
class Way {
  public:
    void begin() { *this = Way(); }
    // The metres it has gone astray, once each time it begins to.
    std::optional<double> strayed(double metres_left);

    static constexpr double kAstrayMetres = 2000;
    static constexpr double kBackMetres = 1000;

  private:
    std::optional<double> nearest_;
    bool is_astray_ = false;
};

}  // namespace dray::tracking
