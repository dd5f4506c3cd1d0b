#include "services/tracking/street_speeds.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "services/tracking/piece.h"

namespace dray::tracking {
namespace {

using nlohmann::json;
using service::Position;

constexpr int kFormat = 1;
constexpr double kSquareDegrees = 0.002;  // about 200 m
constexpr double kMarginDegrees = 0.0005;
constexpr std::int64_t kColumns = 1'000'000;

// Metres a second.
double usual_speed(const std::string& street_class) {
    static const std::map<std::string, double> speeds = {
        {"motorway", 25},    {"motorway_link", 14}, {"trunk", 18}, {"primary", 13.4},
        {"secondary", 12.5}, {"tertiary", 11},      {"link", 10},  {"street", 8.9}};
    const auto found = speeds.find(street_class);
    if (found == speeds.end()) throw std::runtime_error("unknown class of street \"" + street_class + "\"");
    return found->second;
}

std::int64_t line(double degrees) {
    return static_cast<std::int64_t>(std::floor(degrees / kSquareDegrees));
}

std::int64_t square(std::int64_t row, std::int64_t column) {
    return row * kColumns + column;
}

Position from_micro(const json& latitude, const json& longitude) {
    return service::make_position(latitude.get<double>() / 1e6, longitude.get<double>() / 1e6);
}

void add_segment(StreetSpeeds& speeds, const json& map, const json& segment) {
    const auto& nodes = map.at("nodes");
    const auto node = [&](const json& number) {
        const auto at = number.get<std::size_t>() * 2;
        return from_micro(nodes.at(at), nodes.at(at + 1));
    };
    const auto street_class = map.at("classes").at(segment.at(2).get<std::size_t>()).get<std::string>();
    const auto& between = segment.at(5);
    auto from = node(segment.at(0));
    for (std::size_t i = 0; i + 1 < between.size(); i += 2) {
        const auto to = from_micro(between.at(i), between.at(i + 1));
        speeds.add(from, to, street_class);
        from = to;
    }
    speeds.add(from, node(segment.at(1)), street_class);
}

}  // namespace

StreetSpeeds StreetSpeeds::load(const std::filesystem::path& folder) {
    const auto file = folder / "streets.json";
    std::ifstream stream(file);
    if (!stream)
        throw std::runtime_error(file.string() + ": cannot be read (set --map to the folder with it)");
    StreetSpeeds speeds;
    try {
        const auto map = json::parse(stream);
        if (map.at("format").get<int>() != kFormat) throw std::runtime_error("format is not 1");
        for (const auto& segment : map.at("segments")) add_segment(speeds, map, segment);
    } catch (const std::exception& error) {
        throw std::runtime_error(file.string() + ": " + error.what());
    }
    return speeds;
}

void StreetSpeeds::add(const Position& from, const Position& to, const std::string& street_class) {
    const auto [south, north] = std::minmax({from.latitude(), to.latitude()});
    const auto [west, east] = std::minmax({from.longitude(), to.longitude()});
    const Piece piece{from, to, usual_speed(street_class)};
    for (auto row = line(south - kMarginDegrees); row <= line(north + kMarginDegrees); ++row) {
        for (auto column = line(west - kMarginDegrees); column <= line(east + kMarginDegrees); ++column)
            squares_[square(row, column)].push_back(piece);
    }
}

std::optional<double> StreetSpeeds::usual_at(const Position& at) const {
    const auto found = squares_.find(square(line(at.latitude()), line(at.longitude())));
    if (found == squares_.end()) return std::nullopt;
    std::optional<double> usual;
    for (const auto& piece : found->second) {
        if (piece.speed_mps > usual.value_or(0) &&
            metres_to_piece(at, piece.from, piece.to) <= kOnStreetMetres)
            usual = piece.speed_mps;
    }
    return usual;
}

}  // namespace dray::tracking
