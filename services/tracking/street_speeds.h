// How fast one usually drives where a vehicle is: streets.json (made from the street map, see
// vehicle-sim/map) filed in squares of the ground. The data has no speed limits; a street's class stands for
// one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/common/zips.h"

namespace dray::tracking {

class StreetSpeeds {
  public:
    // Throws std::runtime_error that names the file and what is wrong with it.
    static StreetSpeeds load(const std::filesystem::path& folder);

    void add(const service::Position& from, const service::Position& to, const std::string& street_class);

    // Metres a second, of the fastest street within kOnStreetMetres: who drives below a flyover is given the
    // benefit of the doubt. Nothing: there is no street.
    std::optional<double> usual_at(const service::Position& at) const;

    static constexpr double kOnStreetMetres = 25;

  private:
    struct Piece {
        service::Position from;
        service::Position to;
        double speed_mps;
    };
    std::unordered_map<std::int64_t, std::vector<Piece>> squares_;
};

}  // namespace dray::tracking
