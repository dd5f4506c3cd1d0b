// The zip codes of the city, from zips.json (made from the street map, see vehicle-sim/map).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "dray/v1/event.pb.h"
#include "services/common/settings.h"

namespace dray::service {

using v1::Position;

Position make_position(double latitude, double longitude);

// Great-circle distance.
double distance_metres(const Position& a, const Position& b);

struct Zip {
    std::string code;
    Position centre;
    std::string lead;  // of those that share an area, the one that stands for it; most stand for themselves
    std::vector<std::string> neighbours;
    std::vector<Position> street_points;  // on drivable streets within the zip; never empty
};

class ZipMap {
  public:
    // Throws std::runtime_error that names the file and what is wrong with it.
    static ZipMap load(const std::filesystem::path& folder);
    // The folder named by the setting `map`, or the one installed beside the program.
    static std::filesystem::path folder_of(const Settings& settings);

    const std::string& city() const { return city_; }
    const std::string& attribution() const { return attribution_; }
    const std::map<std::string, Zip>& all() const { return zips_; }
    const Zip* find(const std::string& code) const;  // null: not in this city
    // Whose area that is: the nearest of those that stand for one, as the vehicles see it.
    const std::string& zip_at(const Position& position) const;

    // A door in that zip: the same for the same key.
    static Position door(const Zip& zip, const std::string& key);
    // The one warehouse: the street point next to where the West Loop keeps its warehouses.
    Position warehouse() const;
    // The zips `steps` neighbours away; 0 is the zip itself.
    std::vector<std::string> ring(const std::string& code, int steps) const;

  private:
    std::string city_;
    std::string attribution_;
    std::map<std::string, Zip> zips_;
};

}  // namespace dray::service
