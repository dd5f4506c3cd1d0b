// Zip codes: where they are, which lie side by side, and in which one a street is.
//
// A zip's area is the ground nearer to its centroid than to any other (the map data has no borders). Several
// zips may share one area; one of them, the lead, stands for it: a vehicle is always in the zip of a lead,
// and the lead's neighbours include the others. See map/lib/zips.mjs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "streets/network.h"

namespace dray::streets {

enum class ZipId : std::uint16_t {};
constexpr std::uint16_t index(ZipId id) {
    return static_cast<std::uint16_t>(id);
}

struct Zip {
    std::string number;
    Point centroid;
    ZipId lead{};
    std::vector<ZipId> neighbours{};
    std::vector<Point> stops{};  // places on its streets
};

class ZipMap {
  public:
    ZipMap() = default;
    explicit ZipMap(std::vector<Zip> zips);

    std::size_t size() const { return zips_.size(); }
    const Zip& operator[](ZipId id) const { return zips_[index(id)]; }
    std::optional<ZipId> find(std::string_view number) const;
    const std::vector<ZipId>& leads() const { return leads_; }

    // The lead zip whose area the point is in. The map must not be empty.
    ZipId zip_at(Point point) const;
    // The same for the middle of each segment of a network, so that a vehicle on the move need not search.
    std::vector<ZipId> zip_of_segments(const StreetNetwork& network) const;

  private:
    std::vector<Zip> zips_;
    std::vector<ZipId> leads_;
};

}  // namespace dray::streets
