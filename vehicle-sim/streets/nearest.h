// Which street is nearest to a point: segments filed in squares of the ground.
// Only streets where a vehicle may stop are filed: no motorways, no ramps, no tunnels.
#pragma once

#include <cstdint>
#include <vector>

#include "streets/network.h"

namespace dray::streets {

class StreetIndex {
  public:
    explicit StreetIndex(const StreetNetwork& network);

    // The nearest place to `point`, on an arc that may be driven; arc kNone only when the network has no
    // street at all.
    Place nearest(Point point) const;

  private:
    static constexpr double kSquareMetres = 100;

    long column_of(double x) const;
    long row_of(double y) const;
    void file(SegmentId segment, Point a, Point b);
    void look_in_square(long column, long row, Point point, Place& best, double& best_distance) const;

    const StreetNetwork& network_;
    Point corner_;
    long columns_ = 0;
    long rows_ = 0;
    std::vector<std::vector<SegmentId>> squares_;
};

}  // namespace dray::streets
