// A scenario: who drives where and when, and what goes wrong. Values only; program/scenario_file.h reads
// them from a file. The same scenario and seed give the same trips.
//
// Times are simulated seconds since the start.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fleet/profile.h"
#include "streets/point.h"

namespace dray::fleet {

struct Group {
    std::string name{};
    std::uint32_t vehicles = 0;
    std::vector<std::string> zips{};  // where they start; none: all over the map
    Profile profile{};
};

struct Circle {
    streets::GeoPoint centre{};
    double radius_m = 0;
};

// The streets of these zips and within these circles; everywhere when there are none of either.
struct Area {
    std::vector<std::string> zips{};
    std::vector<Circle> circles{};

    bool everywhere() const { return zips.empty() && circles.empty(); }
};

enum class FaultKind : std::uint8_t {
    kOutage,      // no radio in the area
    kDisconnect,  // all connections are cut at once and none is made: the broker is being restarted
    kBreakdown,   // vehicles in the area break down, at the beginning
    kCongestion   // traffic in the area is slow
};

struct Fault {
    FaultKind kind = FaultKind::kOutage;
    double at_s = 0;
    double for_s = 0;
    Area area{};
    double share = 1;  // kBreakdown: of the vehicles; kCongestion: of the usual speed
};

struct Scenario {
    std::string name{};
    std::uint64_t seed = 1;
    double time_of_day_s = 12 * 3600.0;  // when it starts
    std::vector<Group> groups{};
    std::vector<Circle> dead_zones{};  // places without radio, always
    std::vector<Fault> faults{};
    double orders_per_hour = 0;  // in a dry run, where no business offers any

    std::uint32_t vehicles() const {
        std::uint32_t sum = 0;
        for (const Group& group : groups) sum += group.vehicles;
        return sum;
    }
};

}  // namespace dray::fleet
