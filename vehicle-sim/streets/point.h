// Places on the ground.
//   GeoPoint  WGS 84 degrees: what the wire and the map files speak
//   Point     metres east (x) and north (y) of the city's origin: what we compute with; a city is small
//   enough to be flat
// Pure values, any thread.
#pragma once

#include <cmath>

namespace dray::streets {

struct GeoPoint {
    double latitude = 0;
    double longitude = 0;
};

struct Point {
    double x = 0;
    double y = 0;

    friend Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
    friend Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
    friend Point operator*(Point a, double scale) { return {a.x * scale, a.y * scale}; }
};

inline double dot(Point a, Point b) {
    return a.x * b.x + a.y * b.y;
}
inline double length(Point a) {
    return std::sqrt(dot(a, a));
}
inline double distance(Point a, Point b) {
    return length(a - b);
}

// The part of the way from a to b (0 to 1) that is nearest to p.
inline double nearest_share(Point p, Point a, Point b) {
    const Point along = b - a;
    const double square = dot(along, along);
    if (square == 0) return 0;
    return std::fmin(1.0, std::fmax(0.0, dot(p - a, along) / square));
}

// Degrees to metres and back; within 15 km of the origin good to about 0.1 %.
class LocalPlane {
  public:
    LocalPlane() = default;
    explicit LocalPlane(GeoPoint origin)
        : origin_(origin), east_metres_(kMetresPerDegree * std::cos(origin.latitude * kRadiansPerDegree)) {}

    Point from_degrees(GeoPoint at) const {
        return {(at.longitude - origin_.longitude) * east_metres_,
                (at.latitude - origin_.latitude) * kMetresPerDegree};
    }
    GeoPoint to_degrees(Point at) const {
        return {origin_.latitude + at.y / kMetresPerDegree, origin_.longitude + at.x / east_metres_};
    }

  private:
    static constexpr double kMetresPerDegree = 111319.49;
    static constexpr double kRadiansPerDegree = 3.14159265358979323846 / 180;
    GeoPoint origin_;
    double east_metres_ = kMetresPerDegree;
};

}  // namespace dray::streets
