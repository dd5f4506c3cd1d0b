// Where the vehicles of a fleet start: those of each group evenly over its zips, on their streets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fleet/scenario.h"
#include "fleet/vehicle.h"

namespace dray::fleet {

// The zips named by number, or every zip that stands for an area and has streets when none is named. Throws
// std::invalid_argument that names a number which the map does not have, or which has no street.
std::vector<streets::ZipId> choose_zips(const streets::ZipMap& zips, const std::vector<std::string>& numbers);

// Throws as choose_zips() does, and names the group. The groups' vehicles one after the other; vehicle i of a
// group starts in its zip i % zips. The same seed gives the same places. The vehicles refer to the scenario's
// profiles.
std::vector<Vehicle> populate(World& world, const Scenario& scenario);

}  // namespace dray::fleet
