#include "fleet/motion.h"

#include <algorithm>
#include <cmath>

namespace dray::fleet {

using streets::ArcId;
using streets::StreetNetwork;

namespace {

constexpr double kStraightCosine = 0.9;  // up to about 25 degrees
constexpr float kCornerSpeed = 3.5F;
constexpr float kGentleTurnSpeed = 12.0F;
constexpr float kUnknownAheadSpeed = 4.0F;
constexpr float kCreepSpeed =
    0.5F;  // so that rounding never leaves a vehicle a hand's breadth short for ever
constexpr float kStopMetres = 0.3F;

// The highest speed now from which everything ahead can still be met.
float safe_speed(const StreetNetwork& network, const Motion& motion, const Way& way, std::size_t at,
                 float step) {
    const float usual = network.speed(way.arcs[at]) * way.speed_factor;
    // No farther than the braking distance from the highest speed of this step.
    const float fastest = motion.speed + kAcceleration * static_cast<float>(kStepSeconds);
    const float horizon = fastest * fastest / (2 * kBraking) + fastest;
    float square = usual * usual;
    const auto meet = [&](float speed, float metres) {
        square = std::min(square, speed * speed + 2 * kBraking * std::max(metres, 0.0F));
    };
    // Seen from where this step will have brought it, or braking would always begin a step too late.
    float metres = -motion.place.offset - motion.speed * step;
    for (std::size_t i = at; metres < horizon; ++i) {
        const bool last = i + 1 == way.arcs.size();
        if (last && way.end <= network.length(way.arcs[i])) {
            meet(0, metres + way.end);
            break;
        }
        metres += network.length(way.arcs[i]);
        if (last) {
            meet(kUnknownAheadSpeed, metres);
            break;
        }
        const float next = network.speed(way.arcs[i + 1]) * way.speed_factor;
        meet(std::min(next, turn_speed(network, way.arcs[i], way.arcs[i + 1])), metres);
    }
    return std::sqrt(square);
}

}  // namespace

float turn_speed(const StreetNetwork& network, ArcId from, ArcId into) {
    const double cosine =
        dot(network.direction_at({from, network.length(from)}), network.direction_at({into, 0}));
    if (cosine >= kStraightCosine) return streets::kFastestSpeed * 2;
    const auto share = static_cast<float>(std::max(cosine, 0.0) / kStraightCosine);
    return kCornerSpeed + (kGentleTurnSpeed - kCornerSpeed) * share;
}

Driven drive(const StreetNetwork& network, Motion& motion, const Way& way, double seconds) {
    Driven driven{.seconds_left = seconds};
    const bool stops = std::isfinite(way.end);
    while (driven.seconds_left > 0) {
        const auto step = static_cast<float>(std::min(driven.seconds_left, kStepSeconds));
        const float wanted =
            std::max(safe_speed(network, motion, way, driven.arcs_passed, step), kCreepSpeed);
        const float speed = std::min(motion.speed + kAcceleration * step, wanted);
        const float metres = (motion.speed + speed) / 2 * step;
        motion.place.offset += metres;
        driven.metres += metres;
        motion.speed = speed;
        driven.seconds_left -= static_cast<double>(step);

        while (driven.arcs_passed + 1 < way.arcs.size() &&
               motion.place.offset >= network.length(motion.place.arc)) {
            motion.place.offset -= network.length(motion.place.arc);
            motion.place.arc = way.arcs[++driven.arcs_passed];
        }
        const bool on_last = driven.arcs_passed + 1 == way.arcs.size();
        if (on_last && stops && motion.place.offset >= way.end - kStopMetres) {
            motion = {{motion.place.arc, way.end}, 0};
            driven.arrived = true;
            return driven;
        }
        if (on_last && !stops) return driven;
    }
    return driven;
}

}  // namespace dray::fleet
