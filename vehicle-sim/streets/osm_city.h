// A city out of an OpenStreetMap extract (.osm.pbf).
//
//   ways with highway=*                streets, cut at their junctions: class, maxspeed, oneway, tunnel, name
//   addr:postcode of nodes and ways    zip codes: the middle of its addresses is a zip's centre
//   amenity=fuel, charging_station     where vehicles refuel
//
// Only the largest part of the network is kept in which one can drive from everywhere to everywhere. Zips are
// neighbours when a street joins their areas. A map without postcodes has one zip, "00000".
#pragma once

#include <filesystem>

#include "streets/load.h"

namespace dray::streets {

// Throws std::runtime_error that says what is wrong with the file; the caller names it.
City city_from_osm(const std::filesystem::path& path);

}  // namespace dray::streets
