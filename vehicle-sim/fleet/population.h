// Where the vehicles of a fleet start: evenly over zips, on their streets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fleet/vehicle.h"

namespace dray::fleet {

// The zips named by number, or every zip that stands for an area when none is named. Throws
// std::invalid_argument that names a number which the map does not have, or which has no street.
std::vector<streets::ZipId> choose_zips(const streets::ZipMap& zips, const std::vector<std::string>& numbers);

// Vehicle i starts in zips[i % zips.size()]; the same seed gives the same places.
std::vector<Vehicle> populate(World& world, const std::vector<streets::ZipId>& zips, std::uint32_t count,
                              std::uint64_t seed);

}  // namespace dray::fleet
