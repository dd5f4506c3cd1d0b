#include "streets/network.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace dray::streets {
namespace {

struct ClassRow {
    std::string_view name;
    float speed;  // m/s
};

// In the order of RoadClass.
constexpr std::array<ClassRow, 8> kClasses{{{"motorway", kFastestSpeed},
                                            {"motorway_link", 14.0F},
                                            {"trunk", 18.0F},
                                            {"primary", 13.4F},
                                            {"secondary", 12.5F},
                                            {"tertiary", 11.0F},
                                            {"link", 10.0F},
                                            {"street", 8.9F}}};

}  // namespace

RoadClass road_class_from_name(std::string_view name) {
    for (std::size_t i = 0; i < kClasses.size(); ++i)
        if (kClasses[i].name == name) return static_cast<RoadClass>(i);
    throw std::invalid_argument("unknown road class '" + std::string(name) + "'");
}

float usual_speed(RoadClass road_class) {
    return kClasses[static_cast<std::size_t>(road_class)].speed;
}

StreetNetwork::StreetNetwork(LocalPlane plane, std::vector<Point> nodes,
                             const std::vector<SegmentInput>& segments, std::vector<std::string> names)
    : plane_(plane), nodes_(std::move(nodes)), names_(std::move(names)) {
    segments_.reserve(segments.size());
    for (const auto& input : segments) add_segment(input);
    out_ = arcs_by_node([this](ArcId id) { return start(id); });
    in_ = arcs_by_node([this](ArcId id) { return end(id); });
}

void StreetNetwork::add_segment(const SegmentInput& input) {
    if (index(input.from) >= nodes_.size() || index(input.to) >= nodes_.size() || input.name >= names_.size())
        throw std::invalid_argument("segment " + std::to_string(segments_.size()) +
                                    " names a node or a name that is not there");
    const auto begin = static_cast<std::uint32_t>(shape_points_.size());
    shape_points_.push_back(nodes_[index(input.from)]);
    shape_points_.insert(shape_points_.end(), input.between.begin(), input.between.end());
    shape_points_.push_back(nodes_[index(input.to)]);
    const std::size_t count = shape_points_.size() - begin;
    if (count > 0xffff)
        throw std::invalid_argument("segment " + std::to_string(segments_.size()) + " has too many points");

    double along = 0;
    for (std::size_t i = begin; i < shape_points_.size(); ++i) {
        if (i > begin) along += distance(shape_points_[i - 1], shape_points_[i]);
        shape_distances_.push_back(static_cast<float>(along));
    }
    const float speed = input.speed > 0 ? input.speed : usual_speed(input.road_class);
    segments_.push_back({.from = input.from,
                         .to = input.to,
                         .shape_begin = begin,
                         .name = input.name,
                         .length = static_cast<float>(along),
                         .speed = std::min(speed, kFastestSpeed),
                         .shape_count = static_cast<std::uint16_t>(count),
                         .road_class = input.road_class,
                         .one_way = input.one_way,
                         .tunnel = input.tunnel});
}

template <class NodeOf>
StreetNetwork::ArcsByNode StreetNetwork::arcs_by_node(NodeOf node_of) const {
    ArcsByNode result;
    result.begin.assign(nodes_.size() + 1, 0);
    const auto for_each_arc = [&](auto visit) {
        for (std::uint32_t i = 0; i < segments_.size() * 2; ++i)
            if (drivable(ArcId{i})) visit(ArcId{i});
    };
    for_each_arc([&](ArcId id) { ++result.begin[index(node_of(id)) + 1]; });
    for (std::size_t i = 1; i < result.begin.size(); ++i) result.begin[i] += result.begin[i - 1];
    result.arcs.resize(result.begin.back());
    auto next = result.begin;
    for_each_arc([&](ArcId id) { result.arcs[next[index(node_of(id))]++] = id; });
    return result;
}

std::span<const Point> StreetNetwork::shape(SegmentId id) const {
    const Segment& s = segments_[index(id)];
    return {shape_points_.data() + s.shape_begin, s.shape_count};
}

std::span<const float> StreetNetwork::distances(SegmentId id) const {
    const Segment& s = segments_[index(id)];
    return {shape_distances_.data() + s.shape_begin, s.shape_count};
}

// Which piece of the shape the place lies in, and its distance along the segment as drawn.
std::size_t StreetNetwork::piece_at(Place place, float& along) const {
    const auto at = distances(segment_of(place.arc));
    along = std::clamp(is_backward(place.arc) ? at.back() - place.offset : place.offset, 0.0F, at.back());
    const auto next = std::upper_bound(at.begin() + 1, at.end() - 1, along);
    return static_cast<std::size_t>(next - at.begin()) - 1;
}

Point StreetNetwork::point_at(Place place) const {
    float along = 0;
    const std::size_t piece = piece_at(place, along);
    const auto points = shape(segment_of(place.arc));
    const auto at = distances(segment_of(place.arc));
    const float piece_length = at[piece + 1] - at[piece];
    const double share = piece_length > 0 ? static_cast<double>((along - at[piece]) / piece_length) : 0;
    return points[piece] + (points[piece + 1] - points[piece]) * share;
}

Point StreetNetwork::direction_at(Place place) const {
    float along = 0;
    const std::size_t piece = piece_at(place, along);
    const auto points = shape(segment_of(place.arc));
    const Point step =
        is_backward(place.arc) ? points[piece] - points[piece + 1] : points[piece + 1] - points[piece];
    const double size = streets::length(step);
    return size > 0 ? step * (1 / size) : Point{0, 1};
}

}  // namespace dray::streets
