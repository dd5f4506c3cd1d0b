#include "services/common/zips.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>
#include <set>
#include <stdexcept>

namespace dray::service {
namespace {

constexpr int kFormat = 1;
constexpr double kEarthRadiusMetres = 6'371'000.0;

// FNV-1a: the same on every machine, unlike std::hash.
std::uint64_t stable_hash(const std::string& text) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash;
}

Zip read_zip(const nlohmann::json& entry) {
    const auto code = entry.at("zip").get<std::string>();
    Zip zip{.code = code,
            .centre = make_position(entry.at("latitude").get<double>(), entry.at("longitude").get<double>()),
            .lead = entry.value("lead", code),
            .neighbours = entry.at("neighbours").get<std::vector<std::string>>(),
            .street_points = {}};
    for (const auto& point : entry.at("streets")) {
        zip.street_points.push_back(make_position(point.at(0).get<double>(), point.at(1).get<double>()));
    }
    if (zip.street_points.empty()) zip.street_points.push_back(zip.centre);
    return zip;
}

// Only to compare distances within one city, so that its ground may be flat; much cheaper than
// distance_metres.
double flat_distance_squared(const Position& a, const Position& b) {
    const double north = b.latitude() - a.latitude();
    const double east = (b.longitude() - a.longitude()) * std::cos(a.latitude() * std::numbers::pi / 180.0);
    return north * north + east * east;
}

}  // namespace

Position make_position(double latitude, double longitude) {
    Position position;
    position.set_latitude(latitude);
    position.set_longitude(longitude);
    return position;
}

double distance_metres(const Position& a, const Position& b) {
    const double radians = std::numbers::pi / 180.0;
    const double half_lat = (b.latitude() - a.latitude()) * radians / 2;
    const double half_lon = (b.longitude() - a.longitude()) * radians / 2;
    const double h = std::sin(half_lat) * std::sin(half_lat) + std::cos(a.latitude() * radians) *
                                                                   std::cos(b.latitude() * radians) *
                                                                   std::sin(half_lon) * std::sin(half_lon);
    return 2 * kEarthRadiusMetres * std::asin(std::min(1.0, std::sqrt(h)));
}

std::filesystem::path ZipMap::folder_of(const Settings& settings) {
    if (const auto& folder = settings.text("map"); !folder.empty()) return folder;
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../share/dray/chicago";
}

ZipMap ZipMap::load(const std::filesystem::path& folder) {
    const auto file = folder / "zips.json";
    std::ifstream stream(file);
    if (!stream)
        throw std::runtime_error(file.string() + ": cannot be read (set --map to the folder with zips.json)");
    ZipMap map;
    try {
        const auto json = nlohmann::json::parse(stream);
        if (json.at("format").get<int>() != kFormat) throw std::runtime_error("format is not 1");
        map.city_ = json.at("city").get<std::string>();
        map.attribution_ = json.value("attribution", "");
        for (const auto& entry : json.at("zips")) {
            auto zip = read_zip(entry);
            map.zips_.emplace(zip.code, std::move(zip));
        }
    } catch (const std::exception& error) {
        throw std::runtime_error(file.string() + ": " + error.what());
    }
    if (map.zips_.empty()) throw std::runtime_error(file.string() + ": names no zip");
    for (const auto& [code, zip] : map.zips_) {
        const auto* lead = map.find(zip.lead);
        if (lead == nullptr || lead->lead != zip.lead)
            throw std::runtime_error(file.string() + ": zip " + code + ": lead " + zip.lead +
                                     " does not stand for itself");
    }
    return map;
}

const Zip* ZipMap::find(const std::string& code) const {
    const auto found = zips_.find(code);
    return found == zips_.end() ? nullptr : &found->second;
}

const std::string& ZipMap::zip_at(const Position& position) const {
    const Zip* nearest = nullptr;
    double nearest_distance = std::numeric_limits<double>::max();
    for (const auto& [code, zip] : zips_) {
        if (zip.lead != code) continue;
        const double distance = flat_distance_squared(position, zip.centre);
        if (distance >= nearest_distance) continue;
        nearest_distance = distance;
        nearest = &zip;
    }
    return nearest->code;
}

Position ZipMap::door(const Zip& zip, const std::string& key) {
    return zip.street_points[stable_hash(key) % zip.street_points.size()];
}

Position ZipMap::warehouse() const {
    const auto wanted = make_position(41.8840, -87.6470);
    Position best;
    double best_metres = std::numeric_limits<double>::max();
    for (const auto& [code, zip] : zips_) {
        for (const auto& point : zip.street_points) {
            const double metres = distance_metres(point, wanted);
            if (metres < best_metres) {
                best_metres = metres;
                best = point;
            }
        }
    }
    return best;
}

std::vector<std::string> ZipMap::ring(const std::string& code, int steps) const {
    std::set<std::string> seen{code};
    std::vector<std::string> current{code};
    for (int step = 0; step < steps; ++step) {
        std::vector<std::string> next;
        for (const auto& member : current) {
            const auto* zip = find(member);
            if (zip == nullptr) continue;
            for (const auto& neighbour : zip->neighbours) {
                if (seen.insert(neighbour).second) next.push_back(neighbour);
            }
        }
        current = std::move(next);
    }
    return current;
}

}  // namespace dray::service
