// The way ahead as a line that others can read: without the points that it hardly needs.
#pragma once

#include <span>
#include <vector>

#include "streets/network.h"

namespace dray::streets {

// From `from`, on the first of these arcs, to `end` metres into the last one. No point that is left out is
// farther than `tolerance_m` from the line (Douglas and Peucker).
std::vector<Point> corners(const StreetNetwork& network, std::span<const ArcId> arcs, float begin, float end,
                           double tolerance_m);

}  // namespace dray::streets
