// The streets of a city as a graph that can be driven.
//
//   node ---- segment ---- node      a segment is a piece of street between two junctions, with its shape
//        arc ->  <- arc              an arc is a segment driven in one direction; a one-way street has only
//        arc 2s
//
// Segment s gives arc 2s (from -> to, the way it is drawn) and arc 2s + 1 (to -> from). Lengths are metres,
// speeds m/s. Immutable after construction and shared by all vehicles; any thread may read. Numbers handed in
// must be valid (asserted).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "streets/point.h"

namespace dray::streets {

enum class NodeId : std::uint32_t {};
enum class SegmentId : std::uint32_t {};
enum class ArcId : std::uint32_t { kNone = 0xffffffff };

constexpr std::uint32_t index(NodeId id) {
    return static_cast<std::uint32_t>(id);
}
constexpr std::uint32_t index(SegmentId id) {
    return static_cast<std::uint32_t>(id);
}
constexpr std::uint32_t index(ArcId id) {
    return static_cast<std::uint32_t>(id);
}

constexpr ArcId forward_arc(SegmentId id) {
    return ArcId{index(id) * 2};
}
constexpr ArcId backward_arc(SegmentId id) {
    return ArcId{index(id) * 2 + 1};
}
constexpr SegmentId segment_of(ArcId id) {
    return SegmentId{index(id) / 2};
}
constexpr bool is_backward(ArcId id) {
    return (index(id) & 1) != 0;
}
constexpr ArcId opposite(ArcId id) {
    return ArcId{index(id) ^ 1};
}

// Widest first. Where the data has no speed limit, the class stands for a usual speed.
enum class RoadClass : std::uint8_t {
    kMotorway,
    kMotorwayLink,
    kTrunk,
    kPrimary,
    kSecondary,
    kTertiary,
    kLink,
    kStreet
};

// Throws std::invalid_argument for a name that is none of ours.
RoadClass road_class_from_name(std::string_view name);
float usual_speed(RoadClass road_class);
// No street is faster: what the quickest way is found by.
constexpr float kFastestSpeed = 25.0F;

constexpr bool may_stop_on(RoadClass road_class) {
    return road_class != RoadClass::kMotorway && road_class != RoadClass::kMotorwayLink &&
           road_class != RoadClass::kLink;
}

// A place on the network: so many metres into an arc.
struct Place {
    ArcId arc = ArcId::kNone;
    float offset = 0;
};

struct SegmentInput {
    NodeId from{};
    NodeId to{};
    RoadClass road_class = RoadClass::kStreet;
    bool one_way = false;
    std::uint32_t name = 0;        // into the names
    std::vector<Point> between{};  // shape without the two ends
    bool tunnel = false;           // no sky above it
    float speed = 0;               // m/s; 0: what is usual for the class
};

class StreetNetwork {
  public:
    StreetNetwork(LocalPlane plane, std::vector<Point> nodes, const std::vector<SegmentInput>& segments,
                  std::vector<std::string> names = {""});

    std::size_t node_count() const { return nodes_.size(); }
    std::size_t segment_count() const { return segments_.size(); }
    const LocalPlane& plane() const { return plane_; }

    Point node(NodeId id) const { return nodes_[index(id)]; }
    std::span<const ArcId> arcs_out_of(NodeId id) const { return slice(out_, id); }
    std::span<const ArcId> arcs_into(NodeId id) const { return slice(in_, id); }

    bool drivable(ArcId id) const { return !is_backward(id) || !segment(id).one_way; }
    NodeId start(ArcId id) const { return is_backward(id) ? segment(id).to : segment(id).from; }
    NodeId end(ArcId id) const { return is_backward(id) ? segment(id).from : segment(id).to; }
    float length(ArcId id) const { return segment(id).length; }
    RoadClass road_class(ArcId id) const { return segment(id).road_class; }
    float speed(ArcId id) const { return segment(id).speed; }
    bool tunnel(ArcId id) const { return segment(id).tunnel; }
    bool may_stop(ArcId id) const { return may_stop_on(road_class(id)) && !tunnel(id); }
    float seconds(ArcId id) const { return length(id) / speed(id); }
    std::string_view name(ArcId id) const { return names_[segment(id).name]; }

    // The shape with both ends, as drawn (from -> to), and each point's distance from the start.
    std::span<const Point> shape(SegmentId id) const;
    std::span<const float> distances(SegmentId id) const;
    Point point_at(Place place) const;
    // Unit vector of travel.
    Point direction_at(Place place) const;

  private:
    struct Segment {
        NodeId from;
        NodeId to;
        std::uint32_t shape_begin;
        std::uint32_t name;
        float length;
        float speed;
        std::uint16_t shape_count;
        RoadClass road_class;
        bool one_way;
        bool tunnel;
    };
    struct ArcsByNode {
        std::vector<std::uint32_t> begin;  // one more than there are nodes
        std::vector<ArcId> arcs;
    };

    const Segment& segment(ArcId id) const { return segments_[index(segment_of(id))]; }
    static std::span<const ArcId> slice(const ArcsByNode& by_node, NodeId id) {
        const auto from = by_node.begin[index(id)];
        return {by_node.arcs.data() + from, by_node.begin[index(id) + 1] - from};
    }
    void add_segment(const SegmentInput& input);
    template <class NodeOf>
    ArcsByNode arcs_by_node(NodeOf node_of) const;
    std::size_t piece_at(Place place, float& along) const;

    LocalPlane plane_;
    std::vector<Point> nodes_;
    std::vector<Segment> segments_;
    std::vector<std::string> names_;
    std::vector<Point> shape_points_;
    std::vector<float> shape_distances_;
    ArcsByNode out_;
    ArcsByNode in_;
};

}  // namespace dray::streets
