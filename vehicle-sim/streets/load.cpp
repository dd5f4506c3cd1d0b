#include "streets/load.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "streets/osm_city.h"

namespace dray::streets {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;
constexpr double kMillionths = 1e6;

json read_json(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error(path.string() + ": cannot be read (is --map right, and was the map built?)");
    json content;
    try {
        content = json::parse(file);
        const int format = content.at("format").get<int>();
        if (format != kFormat)
            throw std::runtime_error("format " + std::to_string(format) + ", but this program reads format " +
                                     std::to_string(kFormat));
    } catch (const std::exception& error) {
        throw std::runtime_error(path.string() + ": " + error.what());
    }
    return content;
}

// [latitude, longitude, latitude, ...] in millionths of a degree.
std::vector<GeoPoint> micro_points(const json& list) {
    const auto numbers = list.get<std::vector<std::int64_t>>();
    if (numbers.size() % 2 != 0) throw std::runtime_error("a coordinate list of odd length");
    std::vector<GeoPoint> points;
    points.reserve(numbers.size() / 2);
    for (std::size_t i = 0; i < numbers.size(); i += 2)
        points.push_back({static_cast<double>(numbers[i]) / kMillionths,
                          static_cast<double>(numbers[i + 1]) / kMillionths});
    return points;
}

std::vector<Point> on_plane(const LocalPlane& plane, const std::vector<GeoPoint>& points) {
    std::vector<Point> result;
    result.reserve(points.size());
    for (const GeoPoint& p : points) result.push_back(plane.from_degrees(p));
    return result;
}

GeoPoint middle_of(const std::vector<GeoPoint>& points) {
    GeoPoint sum;
    for (const GeoPoint& p : points) sum = {sum.latitude + p.latitude, sum.longitude + p.longitude};
    const auto count = static_cast<double>(points.size());
    return {sum.latitude / count, sum.longitude / count};
}

StreetNetwork network_from(const json& content) {
    const auto nodes = micro_points(content.at("nodes"));
    if (nodes.empty() || content.at("segments").empty())
        throw std::runtime_error("the map is empty: it has no streets");
    const LocalPlane plane(middle_of(nodes));

    std::vector<RoadClass> classes;
    for (const auto& name : content.at("classes"))
        classes.push_back(road_class_from_name(name.get<std::string>()));
    std::vector<SegmentInput> segments;
    segments.reserve(content.at("segments").size());
    for (const auto& row : content.at("segments"))
        segments.push_back({.from = NodeId{row.at(0).get<std::uint32_t>()},
                            .to = NodeId{row.at(1).get<std::uint32_t>()},
                            .road_class = classes.at(row.at(2).get<std::size_t>()),
                            .one_way = row.at(3).get<int>() != 0,
                            .name = row.at(4).get<std::uint32_t>(),
                            .between = on_plane(plane, micro_points(row.at(5))),
                            .tunnel = row.size() > 6 && row.at(6).get<int>() != 0});
    return {plane, on_plane(plane, nodes), segments, content.at("names").get<std::vector<std::string>>()};
}

ZipMap zips_from(const json& content, const LocalPlane& plane) {
    const auto& rows = content.at("zips");
    if (rows.empty()) throw std::runtime_error("there is no zip code");
    if (rows.size() > 0xffff) throw std::runtime_error("too many zip codes");
    std::vector<std::string> numbers;
    for (const auto& row : rows) numbers.push_back(row.at("zip").get<std::string>());
    const auto id_of = [&](const json& number) {
        const auto found = std::find(numbers.begin(), numbers.end(), number.get<std::string>());
        if (found == numbers.end())
            throw std::runtime_error("zip " + number.get<std::string>() + " is named but not listed");
        return ZipId{static_cast<std::uint16_t>(found - numbers.begin())};
    };
    std::vector<Zip> zips;
    for (const auto& row : rows) {
        Zip zip{.number = row.at("zip").get<std::string>(),
                .centroid =
                    plane.from_degrees({row.at("latitude").get<double>(), row.at("longitude").get<double>()}),
                .lead = id_of(row.at("lead"))};
        for (const auto& neighbour : row.at("neighbours")) zip.neighbours.push_back(id_of(neighbour));
        for (const auto& stop : row.at("streets"))
            zip.stops.push_back(plane.from_degrees({stop.at(0).get<double>(), stop.at(1).get<double>()}));
        zips.push_back(std::move(zip));
    }
    return ZipMap(std::move(zips));
}

template <class Make>
auto naming_the_file(const std::filesystem::path& path, Make make) {
    try {
        return make();
    } catch (const std::exception& error) {
        throw std::runtime_error(path.string() + ": " + error.what());
    }
}

City city_from_folder(const std::filesystem::path& folder) {
    const auto streets_path = folder / "streets.json";
    const auto zips_path = folder / "zips.json";
    const json streets = read_json(streets_path);
    const json zips = read_json(zips_path);
    auto network = naming_the_file(streets_path, [&] { return network_from(streets); });
    auto zip_map = naming_the_file(zips_path, [&] { return zips_from(zips, network.plane()); });
    return {.name = streets.value("city", ""),
            .attribution = streets.value("attribution", ""),
            .network = std::move(network),
            .zips = std::move(zip_map)};
}

}  // namespace

City load_city(const std::filesystem::path& map) {
    if (map.extension() == ".pbf") return naming_the_file(map, [&] { return city_from_osm(map); });
    return city_from_folder(map);
}

}  // namespace dray::streets
