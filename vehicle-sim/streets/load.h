// Reads a city: from a folder with streets.json and zips.json (format 1, written by map/build.mjs), or from
// an OpenStreetMap extract, a file that ends in .osm.pbf. Meant for the start of a program: throws
// std::runtime_error that names the file and what is wrong with it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "streets/network.h"
#include "streets/zips.h"

namespace dray::streets {

struct City {
    std::string name;
    std::string attribution;  // must be shown wherever the map is
    StreetNetwork network;
    ZipMap zips;
    std::vector<GeoPoint> stations{};  // where vehicles refuel; none: the map does not know
};

City load_city(const std::filesystem::path& map);

}  // namespace dray::streets
