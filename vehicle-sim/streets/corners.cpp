#include "streets/corners.h"

#include <algorithm>

namespace dray::streets {
namespace {

// The points of an arc's shape between these two distances from its start.
void append_between(const StreetNetwork& network, ArcId arc, float begin, float end,
                    std::vector<Point>& line) {
    const auto points = network.shape(segment_of(arc));
    const auto at = network.distances(segment_of(arc));
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::size_t k = is_backward(arc) ? points.size() - 1 - i : i;
        const float along = is_backward(arc) ? at.back() - at[k] : at[k];
        if (along > begin && along < end) line.push_back(points[k]);
    }
}

// Keeps of line[first..last] what is needed, without line[last].
void keep_corners(std::span<const Point> line, std::size_t first, std::size_t last, double tolerance_m,
                  std::vector<Point>& kept) {
    double farthest = 0;
    std::size_t corner = first;
    for (std::size_t i = first + 1; i < last; ++i) {
        const Point foot =
            line[first] + (line[last] - line[first]) * nearest_share(line[i], line[first], line[last]);
        const double metres = distance(line[i], foot);
        if (metres <= farthest) continue;
        farthest = metres;
        corner = i;
    }
    if (farthest <= tolerance_m) return kept.push_back(line[first]);
    keep_corners(line, first, corner, tolerance_m, kept);
    keep_corners(line, corner, last, tolerance_m, kept);
}

}  // namespace

std::vector<Point> corners(const StreetNetwork& network, std::span<const ArcId> arcs, float begin, float end,
                           double tolerance_m) {
    if (arcs.empty()) return {};
    std::vector<Point> line{network.point_at({arcs.front(), begin})};
    for (std::size_t i = 0; i < arcs.size(); ++i) {
        const float length = network.length(arcs[i]);
        const bool is_last = i + 1 == arcs.size();
        append_between(network, arcs[i], i == 0 ? begin : 0, is_last ? end : length, line);
        line.push_back(network.point_at({arcs[i], is_last ? end : length}));
    }
    std::vector<Point> kept;
    keep_corners(line, 0, line.size() - 1, tolerance_m, kept);
    kept.push_back(line.back());
    return kept;
}

}  // namespace dray::streets
