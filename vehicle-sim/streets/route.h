// The quickest way between two places: A* over travel time, with class speeds and one-way streets respected.
//
// A drive starts in the direction of its first arc; turning round where it begins costs kTurnRoundSeconds.
// The target is a place on a street; it may be reached from either end unless the street is one-way.
// RouteFinder keeps its working memory between calls, so each thread has its own.
#pragma once

#include <cstdint>
#include <vector>

#include "streets/network.h"

namespace dray::streets {

// Drive from arcs.front() at begin to arcs.back() at end (both metres into their arc). Empty: there is no
// way.
struct Route {
    std::vector<ArcId> arcs{};
    float begin = 0;
    float end = 0;
    float seconds = 0;

    bool empty() const { return arcs.empty(); }
};

// The same street seen from the other direction.
Place turned_round(const StreetNetwork& network, Place place);
// Length in metres.
double length_of(const StreetNetwork& network, const Route& route);

class RouteFinder {
  public:
    static constexpr float kTurnRoundSeconds = 20;

    explicit RouteFinder(const StreetNetwork& network);
    Route find(Place from, Place to);

  private:
    struct NodeState {
        std::uint32_t search = 0;  // which search wrote the rest
        bool done = false;
        float seconds = 0;
        ArcId arrived_by = ArcId::kNone;
    };
    struct Waiting {
        float estimate;
        NodeId node;
    };
    struct Target {
        Place forward;
        Place backward;  // arc kNone when the street is one-way
        Point point;
    };

    void begin_search();
    NodeState& state(NodeId id);
    void reach(NodeId node, float seconds, ArcId by, const Target& target);
    void expand(NodeId node, ArcId first, const Target& target);
    float seconds_to(const Target& target, NodeId node, Place from, Place& last);
    Route walk_back(NodeId last_node, Place from, Place last, float seconds);

    const StreetNetwork& network_;
    std::vector<NodeState> states_;
    std::vector<Waiting> waiting_;
    std::uint32_t search_ = 0;
};

}  // namespace dray::streets
