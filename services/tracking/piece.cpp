#include "services/tracking/piece.h"

#include <algorithm>
#include <cmath>

namespace dray::tracking {

double metres_to_piece(const service::Position& at, const service::Position& from,
                       const service::Position& to) {
    const double squeeze = std::cos(at.latitude() * M_PI / 180);
    const double bx = (to.longitude() - from.longitude()) * squeeze;
    const double by = to.latitude() - from.latitude();
    const double px = (at.longitude() - from.longitude()) * squeeze;
    const double py = at.latitude() - from.latitude();
    const double square_length = bx * bx + by * by;
    const double share = square_length == 0 ? 0 : std::clamp((px * bx + py * by) / square_length, 0.0, 1.0);
    const auto nearest = service::make_position(
        from.latitude() + share * by, from.longitude() + share * (to.longitude() - from.longitude()));
    return service::distance_metres(at, nearest);
}

}  // namespace dray::tracking
