// The largest part of a directed graph in which every node can be reached from every other.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace dray::streets {

// Nodes are 0 .. node_count - 1. Returns which belong to it.
std::vector<bool> largest_strong_component(std::uint32_t node_count,
                                           const std::vector<std::pair<std::uint32_t, std::uint32_t>>& edges);

}  // namespace dray::streets
