#include "streets/osm_extract.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "streets/osm_file.h"

namespace dray::streets {
namespace {

constexpr float kMetresPerSecondPerKmh = 1 / 3.6F;
constexpr float kMetresPerSecondPerMph = 0.44704F;
constexpr float kLivingStreetSpeed = 2.8F;

struct HighwayRow {
    std::string_view value;
    RoadClass road_class;
};
constexpr std::array<HighwayRow, 14> kHighways{{{"motorway", RoadClass::kMotorway},
                                                {"motorway_link", RoadClass::kMotorwayLink},
                                                {"trunk", RoadClass::kTrunk},
                                                {"trunk_link", RoadClass::kLink},
                                                {"primary", RoadClass::kPrimary},
                                                {"primary_link", RoadClass::kLink},
                                                {"secondary", RoadClass::kSecondary},
                                                {"secondary_link", RoadClass::kLink},
                                                {"tertiary", RoadClass::kTertiary},
                                                {"tertiary_link", RoadClass::kLink},
                                                {"unclassified", RoadClass::kStreet},
                                                {"residential", RoadClass::kStreet},
                                                {"living_street", RoadClass::kStreet},
                                                {"road", RoadClass::kStreet}}};

std::optional<RoadClass> road_class_of(const OsmTags& tags) {
    for (const std::string_view closed : {tags["access"], tags["motor_vehicle"]})
        if (closed == "no" || closed == "private") return std::nullopt;
    if (tags["area"] == "yes") return std::nullopt;
    for (const auto& row : kHighways)
        if (row.value == tags["highway"]) return row.road_class;
    return std::nullopt;
}

// "50", "30 mph"; 0 where there is none that is a number.
float speed_of(const OsmTags& tags) {
    const std::string_view text = tags["maxspeed"];
    float number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number <= 0)
        return tags["highway"] == "living_street" ? kLivingStreetSpeed : 0;
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    return number * (unit.ends_with("mph") ? kMetresPerSecondPerMph : kMetresPerSecondPerKmh);
}

// Goes through the file twice: the ways say which nodes are wanted.
class ExtractReader {
  public:
    OsmExtract read(const std::filesystem::path& path) {
        read_osm_file(path,
                      {.way = [this](const auto& nodes, const OsmTags& tags) { take_way(nodes, tags); }});
        for (const OsmStreet& street : extract_.streets)
            for (const std::int64_t node : street.nodes) extract_.positions.emplace(node, GeoPoint{});
        for (const Address& address : addresses_of_ways_)
            extract_.positions.emplace(address.node, GeoPoint{});
        read_osm_file(path, {.node = [this](std::int64_t id, GeoPoint at, const OsmTags& tags) {
                          take_node(id, at, tags);
                      }});
        forget_what_lies_outside();
        return std::move(extract_);
    }

  private:
    struct Address {
        std::string postcode;
        std::int64_t node;  // of the building
    };

    // What leaves the extract ends where its nodes are not in the file.
    void forget_what_lies_outside() {
        auto& positions = extract_.positions;
        std::erase_if(positions, [this](const auto& node) { return !located_.contains(node.first); });
        for (const Address& address : addresses_of_ways_)
            if (const auto at = positions.find(address.node); at != positions.end())
                extract_.addresses.emplace_back(address.postcode, at->second);
        for (OsmStreet& street : extract_.streets)
            std::erase_if(street.nodes, [&](std::int64_t node) { return !positions.contains(node); });
        std::erase_if(extract_.streets, [](const OsmStreet& street) { return street.nodes.size() < 2; });
    }
    void take_way(const std::vector<std::int64_t>& nodes, const OsmTags& tags) {
        if (const auto postcode = tags["addr:postcode"]; !postcode.empty() && !nodes.empty())
            addresses_of_ways_.push_back({std::string(postcode), nodes.front()});
        const auto road_class = road_class_of(tags);
        if (!road_class || nodes.size() < 2) return;
        const std::string_view one_way = tags["oneway"];
        OsmStreet street{
            .nodes = nodes,
            .road_class = *road_class,
            .speed = speed_of(tags),
            .one_way = one_way == "yes" || one_way == "1" || one_way == "true" || one_way == "-1" ||
                       (one_way != "no" &&
                        (tags["junction"] == "roundabout" || *road_class == RoadClass::kMotorway)),
            .tunnel = !tags["tunnel"].empty() && tags["tunnel"] != "no",
            .name = number_of(tags["name"])};
        if (one_way == "-1") std::reverse(street.nodes.begin(), street.nodes.end());
        extract_.streets.push_back(std::move(street));
    }
    void take_node(std::int64_t id, GeoPoint at, const OsmTags& tags) {
        if (const auto found = extract_.positions.find(id); found != extract_.positions.end()) {
            found->second = at;
            located_.insert(id);
        }
        if (tags.empty()) return;
        if (const auto postcode = tags["addr:postcode"]; !postcode.empty())
            extract_.addresses.emplace_back(postcode, at);
        const auto amenity = tags["amenity"];
        if (amenity == "fuel" || amenity == "charging_station") extract_.stations.push_back(at);
    }
    std::uint32_t number_of(std::string_view name) {
        if (name.empty()) return 0;
        const auto [found, is_new] =
            name_numbers_.emplace(std::string(name), static_cast<std::uint32_t>(extract_.names.size()));
        if (is_new) extract_.names.emplace_back(name);
        return found->second;
    }

    OsmExtract extract_;
    std::vector<Address> addresses_of_ways_;
    std::unordered_set<std::int64_t> located_;
    std::unordered_map<std::string, std::uint32_t> name_numbers_;
};

}  // namespace

OsmExtract read_osm_extract(const std::filesystem::path& path) {
    return ExtractReader().read(path);
}

}  // namespace dray::streets
