// Street networks for tests: small ones drawn by hand or by chance.
#pragma once

#include <random>
#include <vector>

#include "streets/network.h"

namespace dray::test {

inline streets::SegmentInput street(std::uint32_t from, std::uint32_t to, bool one_way = false,
                                    streets::RoadClass road_class = streets::RoadClass::kStreet) {
    return {.from = streets::NodeId{from},
            .to = streets::NodeId{to},
            .road_class = road_class,
            .one_way = one_way};
}

inline streets::StreetNetwork network_of(std::vector<streets::Point> nodes,
                                         const std::vector<streets::SegmentInput>& segments) {
    return {streets::LocalPlane({.latitude = 41.87, .longitude = -87.69}), std::move(nodes), segments};
}

// A square grid of `side` x `side` junctions, 100 m apart, all two-way streets. Node = row * side + column.
inline streets::StreetNetwork grid_network(std::uint32_t side) {
    std::vector<streets::Point> nodes;
    std::vector<streets::SegmentInput> segments;
    for (std::uint32_t row = 0; row < side; ++row)
        for (std::uint32_t column = 0; column < side; ++column) {
            nodes.push_back({column * 100.0, row * 100.0});
            const std::uint32_t here = row * side + column;
            if (column > 0) segments.push_back(street(here - 1, here));
            if (row > 0) segments.push_back(street(here - side, here));
        }
    return network_of(std::move(nodes), segments);
}

// Any points, any streets between them, some one-way, some bent; may well be in several pieces.
inline streets::StreetNetwork random_network(std::mt19937_64& random) {
    using namespace streets;
    const auto pick = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
    const auto place = [&] {
        return Point{static_cast<double>(pick(2000)), static_cast<double>(pick(2000))};
    };
    const std::uint32_t node_count = 2 + pick(14);
    std::vector<Point> nodes;
    for (std::uint32_t i = 0; i < node_count; ++i) nodes.push_back(place());
    std::vector<SegmentInput> segments;
    for (std::uint32_t i = 0, count = 1 + pick(node_count * 2); i < count; ++i) {
        auto segment =
            street(pick(node_count), pick(node_count), pick(3) == 0, static_cast<RoadClass>(pick(8)));
        if (segment.from == segment.to || pick(2) == 0) segment.between = {place()};
        segments.push_back(std::move(segment));
    }
    return network_of(std::move(nodes), segments);
}

}  // namespace dray::test
