#include "streets/travel_times.h"

#include <algorithm>
#include <limits>
#include <queue>

#include "streets/route.h"

namespace dray::streets {
namespace {

constexpr float kUnreachable = std::numeric_limits<float>::infinity();

struct Waiting {
    float seconds;
    NodeId node;
    friend bool operator>(Waiting a, Waiting b) { return a.seconds > b.seconds; }
};

}  // namespace

TravelTimes::TravelTimes(const StreetNetwork& network, Place place, Towards towards)
    : network_(&network), place_(place), towards_(towards), at_node_(network.node_count(), kUnreachable) {
    std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting;
    const auto reach = [&](NodeId node, float seconds) {
        if (at_node_[index(node)] <= seconds) return;
        at_node_[index(node)] = seconds;
        waiting.push({seconds, node});
    };
    const bool to_place = towards == Towards::kPlace;
    for (const Place& way : {place, turned_round(network, place)}) {
        if (!network.drivable(way.arc)) continue;
        const float ahead = to_place ? way.offset : network.length(way.arc) - way.offset;
        reach(to_place ? network.start(way.arc) : network.end(way.arc), ahead / network.speed(way.arc));
    }
    while (!waiting.empty()) {
        const auto [seconds, node] = waiting.top();
        waiting.pop();
        if (seconds > at_node_[index(node)]) continue;
        for (const ArcId arc : to_place ? network.arcs_into(node) : network.arcs_out_of(node))
            reach(to_place ? network.start(arc) : network.end(arc), seconds + network.seconds(arc));
    }
}

float TravelTimes::seconds(Place other) const {
    float best = kUnreachable;
    for (const Place& way : {other, turned_round(*network_, other)}) {
        if (!network_->drivable(way.arc)) continue;
        const bool to_place = towards_ == Towards::kPlace;
        const float part = to_place ? network_->length(way.arc) - way.offset : way.offset;
        const NodeId node = to_place ? network_->end(way.arc) : network_->start(way.arc);
        best = std::min(
            {best, part / network_->speed(way.arc) + at_node_[index(node)], seconds_on_same_arc(way)});
    }
    return best;
}

float TravelTimes::seconds_on_same_arc(Place other) const {
    const Place here = other.arc == place_.arc ? place_ : turned_round(*network_, place_);
    if (other.arc != here.arc) return kUnreachable;
    const float ahead = towards_ == Towards::kPlace ? here.offset - other.offset : other.offset - here.offset;
    return ahead >= 0 ? ahead / network_->speed(other.arc) : kUnreachable;
}

}  // namespace dray::streets
