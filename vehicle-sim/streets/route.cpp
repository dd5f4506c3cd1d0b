#include "streets/route.h"

#include <algorithm>
#include <limits>

namespace dray::streets {
namespace {

constexpr float kNever = std::numeric_limits<float>::infinity();

float seconds_along(const StreetNetwork& network, ArcId arc, float metres) {
    return metres / network.speed(arc);
}

// A heap with the smallest estimate on top.
constexpr auto kLaterFirst = [](const auto& a, const auto& b) { return a.estimate > b.estimate; };

}  // namespace

Place turned_round(const StreetNetwork& network, Place place) {
    return {opposite(place.arc), network.length(place.arc) - place.offset};
}

double length_of(const StreetNetwork& network, const Route& route) {
    if (route.empty()) return 0;
    double sum = 0;
    for (const ArcId arc : route.arcs) sum += static_cast<double>(network.length(arc));
    return sum - static_cast<double>(route.begin) -
           static_cast<double>(network.length(route.arcs.back()) - route.end);
}

RouteFinder::RouteFinder(const StreetNetwork& network) : network_(network), states_(network.node_count()) {}

void RouteFinder::begin_search() {
    waiting_.clear();
    if (++search_ != 0) return;
    std::fill(states_.begin(), states_.end(), NodeState{});
    search_ = 1;
}

RouteFinder::NodeState& RouteFinder::state(NodeId id) {
    NodeState& found = states_[index(id)];
    if (found.search != search_) found = {search_, false, kNever, ArcId::kNone};
    return found;
}

void RouteFinder::reach(NodeId node, float seconds, ArcId by, const Target& target) {
    NodeState& known = state(node);
    if (known.done || known.seconds <= seconds) return;
    known.seconds = seconds;
    known.arrived_by = by;
    const auto straight = static_cast<float>(distance(network_.node(node), target.point));
    // Nothing is faster than a straight motorway, so the estimate never exceeds the truth and the result is
    // the best.
    waiting_.push_back({seconds + straight / kFastestSpeed, node});
    std::push_heap(waiting_.begin(), waiting_.end(), kLaterFirst);
}

void RouteFinder::expand(NodeId node, ArcId first, const Target& target) {
    const NodeState here = state(node);
    for (const ArcId arc : network_.arcs_out_of(node)) {
        const bool turns_round = here.arrived_by == ArcId::kNone && arc == opposite(first);
        reach(network_.end(arc), here.seconds + network_.seconds(arc) + (turns_round ? kTurnRoundSeconds : 0),
              arc, target);
    }
}

// The rest of the way once at `node`; `last` is then the arc to take and where to stop on it.
float RouteFinder::seconds_to(const Target& target, NodeId node, Place from, Place& last) {
    float best = kNever;
    for (const Place& way : {target.forward, target.backward}) {
        if (way.arc == ArcId::kNone || network_.start(way.arc) != node) continue;
        const bool turns_round = state(node).arrived_by == ArcId::kNone && way.arc == opposite(from.arc);
        const float seconds =
            seconds_along(network_, way.arc, way.offset) + (turns_round ? kTurnRoundSeconds : 0);
        if (seconds >= best) continue;
        best = seconds;
        last = way;
    }
    return best;
}

Route RouteFinder::walk_back(NodeId last_node, Place from, Place last, float seconds) {
    Route route{.arcs = {last.arc}, .begin = from.offset, .end = last.offset, .seconds = seconds};
    for (NodeId node = last_node;;) {
        const ArcId arc = state(node).arrived_by;
        // The first arc is entered in its middle; its start node may well be passed later, so the mark is the
        // node.
        if (arc == ArcId::kNone) break;
        route.arcs.push_back(arc);
        node = network_.start(arc);
    }
    route.arcs.push_back(from.arc);
    std::reverse(route.arcs.begin(), route.arcs.end());
    return route;
}

Route RouteFinder::find(Place from, Place to) {
    // Turned round at most once: twice would round the offset, and a vehicle that is there already would have
    // passed.
    Target target{.forward = to, .backward = turned_round(network_, to), .point = network_.point_at(to)};
    if (is_backward(to.arc)) std::swap(target.forward, target.backward);
    if (!network_.drivable(target.backward.arc)) target.backward = {};

    // On the same street and ahead: a way without a junction, though going round may be quicker.
    Route best{.seconds = kNever};
    for (const Place& way : {target.forward, target.backward})
        if (way.arc == from.arc && way.offset >= from.offset)
            best = {{from.arc},
                    from.offset,
                    way.offset,
                    seconds_along(network_, from.arc, way.offset - from.offset)};

    begin_search();
    reach(network_.end(from.arc), seconds_along(network_, from.arc, network_.length(from.arc) - from.offset),
          ArcId::kNone, target);
    NodeId best_node{};
    Place best_last;
    while (!waiting_.empty() && waiting_.front().estimate < best.seconds) {
        std::pop_heap(waiting_.begin(), waiting_.end(), kLaterFirst);
        const NodeId node = waiting_.back().node;
        waiting_.pop_back();
        NodeState& here = state(node);
        if (here.done) continue;
        here.done = true;

        Place last;
        const float seconds = here.seconds + seconds_to(target, node, from, last);
        if (seconds < best.seconds) {
            best = {.seconds = seconds};
            best_node = node;
            best_last = last;
        }
        expand(node, from.arc, target);
    }
    if (best.seconds == kNever) return {};
    return best.empty() ? walk_back(best_node, from, best_last, best.seconds) : best;
}

}  // namespace dray::streets
