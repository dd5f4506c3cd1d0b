// Watches how vehicles drive: an alert when one begins to speed, or to leave its way.
//
//   speeding    kFixesInARow fixes above kTooFast times what is usual on that street
//   off route   so much farther from where the order is to go next than it had been already. How it drives is
//               the vehicle's affair; that it gets there is ours.
//
// In memory only: who is restarted sees a second alert, or one later.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

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

// One leg of one order: is the vehicle still on its way there?
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
