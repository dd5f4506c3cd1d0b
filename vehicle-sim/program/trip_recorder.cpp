#include "program/trip_recorder.h"

#include <fmt/ostream.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/iso_time.h"

namespace dray::program {
namespace {

// A scenario has a time of day but no date.
std::string time_text(const fleet::Scenario& scenario, float simulated_s) {
    return to_iso_time({std::llround((scenario.time_of_day_s + static_cast<double>(simulated_s)) * 1000)});
}

const char* kind_of(bool with_order) {
    return with_order ? "with order" : "free";
}

}  // namespace

TripRecorder::TripRecorder(const fleet::Fleet& fleet, NameOf name_of)
    : fleet_(fleet), name_of_(std::move(name_of)) {
    for (std::uint32_t vehicle = 0; vehicle < fleet.size(); ++vehicle) {
        current_.push_back(trips_.size());
        trips_.push_back({vehicle, false, {}});
        record(vehicle, 0);
    }
}

void TripRecorder::record(std::uint32_t vehicle, double simulated_s) {
    const fleet::Vehicle& driven = fleet_[vehicle];
    if (truncated()) return;
    const auto& network = fleet_.world().network();
    const Point here{network.plane().to_degrees(network.point_at(driven.motion().place)),
                     static_cast<float>(simulated_s)};
    const bool with_order = driven.orders() > 0;
    if (trips_[current_[vehicle]].with_order != with_order) {
        current_[vehicle] = trips_.size();
        trips_.push_back({vehicle, with_order, {}});
    }
    auto& points = trips_[current_[vehicle]].points;
    if (!points.empty() && points.back().at.latitude == here.at.latitude &&
        points.back().at.longitude == here.at.longitude)
        return;
    points.push_back(here);
    ++points_;
}

void TripRecorder::write(const std::filesystem::path& path) const {
    std::ofstream out(path, std::ios::binary);
    if (path.extension() == ".gpx")
        write_gpx(out);
    else
        write_geojson(out);
    out.flush();
    if (!out) throw std::runtime_error(path.string() + ": the trips cannot be written");
}

void TripRecorder::write_gpx(std::ostream& out) const {
    out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<gpx version=\"1.1\" creator=\"dray-fleet\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n";
    for (const Trip& trip : trips_) {
        if (trip.points.size() < 2) continue;
        fmt::print(out, "<trk><name>{}</name><type>{}</type><trkseg>\n", name_of_(trip.vehicle),
                   kind_of(trip.with_order));
        for (const Point& point : trip.points)
            fmt::print(out, "<trkpt lat=\"{:.6f}\" lon=\"{:.6f}\"><time>{}</time></trkpt>\n",
                       point.at.latitude, point.at.longitude,
                       time_text(fleet_.scenario(), point.simulated_s));
        out << "</trkseg></trk>\n";
    }
    out << "</gpx>\n";
}

void TripRecorder::write_geojson(std::ostream& out) const {
    const auto rounded = [](double degrees) { return std::round(degrees * 1e6) / 1e6; };
    out << "{\"type\":\"FeatureCollection\",\"features\":[";
    const char* separator = "\n";
    for (const Trip& trip : trips_) {
        if (trip.points.size() < 2) continue;
        nlohmann::ordered_json line = nlohmann::ordered_json::array();
        for (const Point& point : trip.points)
            line.push_back({rounded(point.at.longitude), rounded(point.at.latitude)});
        const nlohmann::ordered_json feature{
            {"type", "Feature"},
            {"properties",
             {{"vehicle", name_of_(trip.vehicle)},
              {"kind", kind_of(trip.with_order)},
              {"begins", time_text(fleet_.scenario(), trip.points.front().simulated_s)},
              {"ends", time_text(fleet_.scenario(), trip.points.back().simulated_s)}}},
            {"geometry", {{"type", "LineString"}, {"coordinates", std::move(line)}}}};
        out << separator << feature.dump();
        separator = ",\n";
    }
    out << "\n]}\n";
}

}  // namespace dray::program
