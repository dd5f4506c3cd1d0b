// What a city needs of an OpenStreetMap extract: its drivable streets, addresses and filling stations. Node
// numbers are those of the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "streets/network.h"

namespace dray::streets {

struct OsmStreet {
    std::vector<std::int64_t> nodes;  // two or more, all of them in `positions`
    RoadClass road_class;
    float speed;  // m/s; 0: nobody says
    bool one_way;
    bool tunnel;
    std::uint32_t name;  // into the names
};

struct OsmExtract {
    std::vector<OsmStreet> streets{};
    std::vector<std::string> names{""};
    std::unordered_map<std::int64_t, GeoPoint> positions{};
    std::vector<std::pair<std::string, GeoPoint>> addresses{};  // postcode, and where
    std::vector<GeoPoint> stations{};
};

// Throws std::runtime_error that says what is wrong with the file; the caller names it.
OsmExtract read_osm_extract(const std::filesystem::path& path);

}  // namespace dray::streets
