#include "streets/nearest.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dray::streets {

StreetIndex::StreetIndex(const StreetNetwork& network) : network_(network) {
    if (network.segment_count() == 0) return;
    Point low = network.node(NodeId{0});
    Point high = low;
    for (std::uint32_t i = 0; i < network.segment_count(); ++i)
        for (const Point p : network.shape(SegmentId{i})) {
            low = {std::min(low.x, p.x), std::min(low.y, p.y)};
            high = {std::max(high.x, p.x), std::max(high.y, p.y)};
        }
    corner_ = low;
    columns_ = static_cast<long>((high.x - low.x) / kSquareMetres) + 1;
    rows_ = static_cast<long>((high.y - low.y) / kSquareMetres) + 1;
    squares_.resize(static_cast<std::size_t>(columns_ * rows_));
    for (std::uint32_t i = 0; i < network.segment_count(); ++i) {
        const SegmentId segment{i};
        if (!network.may_stop(forward_arc(segment))) continue;
        const auto points = network.shape(segment);
        for (std::size_t p = 1; p < points.size(); ++p) file(segment, points[p - 1], points[p]);
    }
}

long StreetIndex::column_of(double x) const {
    return std::clamp(static_cast<long>(std::floor((x - corner_.x) / kSquareMetres)), 0L, columns_ - 1);
}

long StreetIndex::row_of(double y) const {
    return std::clamp(static_cast<long>(std::floor((y - corner_.y) / kSquareMetres)), 0L, rows_ - 1);
}

void StreetIndex::file(SegmentId segment, Point a, Point b) {
    for (long row = row_of(std::min(a.y, b.y)); row <= row_of(std::max(a.y, b.y)); ++row)
        for (long column = column_of(std::min(a.x, b.x)); column <= column_of(std::max(a.x, b.x)); ++column) {
            auto& square = squares_[static_cast<std::size_t>(row * columns_ + column)];
            if (square.empty() || square.back() != segment) square.push_back(segment);
        }
}

void StreetIndex::look_in_square(long column, long row, Point point, Place& best,
                                 double& best_distance) const {
    if (column < 0 || row < 0 || column >= columns_ || row >= rows_) return;
    for (const SegmentId segment : squares_[static_cast<std::size_t>(row * columns_ + column)]) {
        const auto points = network_.shape(segment);
        const auto at = network_.distances(segment);
        for (std::size_t i = 1; i < points.size(); ++i) {
            const double share = nearest_share(point, points[i - 1], points[i]);
            const double off = distance(point, points[i - 1] + (points[i] - points[i - 1]) * share);
            if (off >= best_distance) continue;
            best_distance = off;
            best = {forward_arc(segment), at[i - 1] + (at[i] - at[i - 1]) * static_cast<float>(share)};
        }
    }
}

// Looks in rings of squares around the point until no farther ring can hold anything nearer.
Place StreetIndex::nearest(Point point) const {
    Place best;
    double best_distance = std::numeric_limits<double>::infinity();
    if (squares_.empty()) return best;
    const long column = column_of(point.x);
    const long row = row_of(point.y);
    // A point outside the city has a head start of its distance to the nearest square, the same for every
    // street.
    const Point nearest_inside{
        std::clamp(point.x, corner_.x, corner_.x + static_cast<double>(columns_) * kSquareMetres),
        std::clamp(point.y, corner_.y, corner_.y + static_cast<double>(rows_) * kSquareMetres)};
    const double outside = distance(point, nearest_inside);
    for (long ring = 0; ring <= std::max(columns_, rows_); ++ring) {
        if (static_cast<double>(ring - 1) * kSquareMetres > best_distance + outside) break;
        for (long c = column - ring; c <= column + ring; ++c)
            for (long r = row - ring; r <= row + ring;
                 r += (c == column - ring || c == column + ring || ring == 0) ? 1 : 2 * ring)
                look_in_square(c, r, point, best, best_distance);
    }
    return best;
}

}  // namespace dray::streets
