#include "fleet/wander.h"

#include <algorithm>
#include <array>

#include "fleet/chance.h"

namespace dray::fleet {

using streets::ArcId;
using streets::Point;
using streets::StreetNetwork;

namespace {

constexpr double kHomeMetres = 700;
constexpr double kStandSecondsMin = 20, kStandSecondsMax = 180;
constexpr double kCruiseSecondsMin = 60, kCruiseSecondsMax = 400;
constexpr std::size_t kArcsConsideredMax = 16;

}  // namespace

void Wander::begin(Point home, Random& random) {
    home_x_ = static_cast<float>(home.x);
    home_y_ = static_cast<float>(home.y);
    next_ = ArcId::kNone;
    doing_ = Doing::kStanding;
    seconds_left_ = static_cast<float>(uniform(random, 0, kStandSecondsMax));
}

// How much this arc invites: straight on rather than round the corner, homewards, never onto a motorway or
// into a tunnel.
double Wander::liking(const StreetNetwork& network, ArcId from, ArcId into) const {
    if (into == opposite(from)) return 1e-6;
    const double cosine =
        dot(network.direction_at({from, network.length(from)}), network.direction_at({into, 0}));
    double weight = 0.25 + std::max(cosine, 0.0);
    if (!network.may_stop(into)) weight *= 1e-3;
    const Point home{static_cast<double>(home_x_), static_cast<double>(home_y_)};
    const double there = distance(network.node(network.end(into)), home);
    if (there > kHomeMetres && there > distance(network.node(network.start(into)), home)) weight *= 0.05;
    return weight;
}

ArcId Wander::choose_next(const StreetNetwork& network, ArcId from, Random& random) const {
    const auto ways = network.arcs_out_of(network.end(from));
    const std::size_t count = std::min(ways.size(), kArcsConsideredMax);
    std::array<double, kArcsConsideredMax> weights{};
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += weights[i] = liking(network, from, ways[i]);
    double draw = uniform(random) * sum;
    for (std::size_t i = 0; i + 1 < count; ++i)
        if ((draw -= weights[i]) < 0) return ways[i];
    return count > 0 ? ways[count - 1] : ArcId::kNone;
}

float Wander::advance(const StreetNetwork& network, Motion& motion, float speed_factor, double seconds,
                      Random& random) {
    float metres = 0;
    while (seconds > 0) {
        if (doing_ == Doing::kStanding && motion.speed == 0) {
            const double used = std::min(seconds, static_cast<double>(seconds_left_));
            seconds_left_ -= static_cast<float>(used);
            seconds -= used;
            if (seconds_left_ > 0) return metres;
            doing_ = Doing::kCruising;
            seconds_left_ = static_cast<float>(uniform(random, kCruiseSecondsMin, kCruiseSecondsMax));
            continue;
        }
        if (doing_ == Doing::kStanding) doing_ = Doing::kParking;  // it came here on the move
        if (next_ == ArcId::kNone) next_ = choose_next(network, motion.place.arc, random);
        if (next_ == ArcId::kNone)
            return metres;  // the end of a street that has no way back: only in a network of no use

        const std::array<ArcId, 2> arcs{motion.place.arc, next_};
        Way way{.arcs = arcs, .speed_factor = speed_factor};
        if (doing_ == Doing::kParking) {
            way.end = network.length(next_) / 2;
            if (motion.place.arc == next_) way.arcs = way.arcs.subspan(1);
        }
        const Driven driven = drive(network, motion, way, seconds);
        metres += driven.metres;
        seconds_left_ -= static_cast<float>(seconds - driven.seconds_left);
        seconds = driven.seconds_left;
        if (driven.arcs_passed > 0 && !driven.arrived && doing_ != Doing::kParking) next_ = ArcId::kNone;
        if (driven.arrived) {
            next_ = ArcId::kNone;
            doing_ = Doing::kStanding;
            seconds_left_ = static_cast<float>(uniform(random, kStandSecondsMin, kStandSecondsMax));
        } else if (doing_ == Doing::kCruising && seconds_left_ <= 0) {
            doing_ = Doing::kParking;
        }
    }
    return metres;
}

}  // namespace dray::fleet
