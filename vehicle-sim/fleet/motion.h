// How a vehicle moves along its way: speeds up, holds the street's speed, slows for turns, brakes to a stop.
//
// The way is a list of arcs, the first being the one it is on. Ahead of each change of street and of the end
// the speed is kept low enough to brake in time:  v^2 <= v_there^2 + 2 * kBraking * metres_to_there. Pure
// functions; metres, seconds, m/s. Time is cut into steps of at most kStepSeconds.
#pragma once

#include <limits>
#include <span>

#include "streets/network.h"

namespace dray::fleet {

struct Motion {
    streets::Place place;
    float speed = 0;
};

struct Way {
    std::span<const streets::ArcId> arcs;  // arcs[0] is the arc that the vehicle is on
    float end =
        std::numeric_limits<float>::infinity();  // where to stop on the last arc; infinite: do not stop
    float speed_factor = 1;                      // of the usual speed: how the driver drives
};

struct Driven {
    std::size_t arcs_passed = 0;
    float metres = 0;
    double seconds_left = 0;  // not used up: it arrived, or came to the last arc of a way that has no stop
    bool arrived = false;
};

constexpr float kAcceleration = 2.0F;
constexpr float kBraking = 2.5F;
constexpr double kStepSeconds = 0.5;

// How fast one may go from one arc into the next: no limit straight on, walking pace round a sharp corner.
float turn_speed(const streets::StreetNetwork& network, streets::ArcId from, streets::ArcId into);

// Moves for `seconds`. On a way without a stop it returns as soon as the last arc is entered, so that the
// caller can say how it goes on.
Driven drive(const streets::StreetNetwork& network, Motion& motion, const Way& way, double seconds);

}  // namespace dray::fleet
