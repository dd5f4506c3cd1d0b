// What the vehicles of a group are like: what they can carry, how far they get, how their drivers answer.
// A scenario's [[group]] sets it; the defaults are those of a fleet that is started without a scenario.
// Shared by all vehicles of the group and immutable while they drive.
#pragma once

#include <cstdint>
#include <optional>

namespace dray::fleet {

constexpr double kSecondsPerDay = 86400;

// Working hours, in seconds since midnight; `until` before `from` means the next day.
struct Shift {
    double from_s = 0;
    double until_s = 0;

    double seconds() const { return until_s > from_s ? until_s - from_s : until_s - from_s + kSecondsPerDay; }
};

struct Profile {
    std::uint32_t capacity = 1;  // orders on the way at a time

    double willingness = 0.92;        // share of the offers that the driver is minded to take
    double reaction_ms_median = 250;  // log-normal
    double reaction_spread = 0.5;     // standard deviation of the logarithm
    double pace_min = 0.85;           // of the usual speed; each driver has a pace between the two
    double pace_max = 1.1;

    double range_km = 250;  // on a full tank or battery; 0: it never runs out
    double refuel_minutes = 25;
    double breakdowns_per_10000_km = 0;
    double repair_minutes = 40;    // mean
    std::optional<Shift> shift{};  // none: always at work
    double gps_noise_m = 3;        // standard deviation, east and north each
};

}  // namespace dray::fleet
