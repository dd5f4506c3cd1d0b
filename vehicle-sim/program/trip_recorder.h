// Where each vehicle has driven, trip by trip, for GPX or GeoJSON. A trip with orders begins when a vehicle
// takes one and ends when the last is handed over; what it drives in between is a trip of its own.
//
// Positions are the true ones on the street, times are simulated. Standing still adds nothing. The same seed
// and scenario give the same file, as far as nothing from outside takes part.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fleet/fleet.h"

namespace dray::program {

class TripRecorder {
  public:
    static constexpr std::size_t kPointsMax = 20'000'000;
    using NameOf = std::function<std::string(std::uint32_t vehicle)>;

    TripRecorder(const fleet::Fleet& fleet, NameOf name_of);

    // Where the vehicle is after `simulated_s` seconds.
    void record(std::uint32_t vehicle, double simulated_s);
    // .gpx or .geojson, by the name's ending. Throws std::runtime_error that names the file.
    void write(const std::filesystem::path& path) const;
    // Whether there was no room for some of it.
    bool truncated() const { return points_ >= kPointsMax; }

  private:
    struct Point {
        streets::GeoPoint at;
        float simulated_s;
    };
    struct Trip {
        std::uint32_t vehicle;
        bool with_order;
        std::vector<Point> points;
    };

    void write_gpx(std::ostream& out) const;
    void write_geojson(std::ostream& out) const;

    const fleet::Fleet& fleet_;
    NameOf name_of_;
    std::vector<Trip> trips_;
    std::vector<std::size_t> current_;  // the trip of each vehicle
    std::size_t points_ = 0;
};

}  // namespace dray::program
