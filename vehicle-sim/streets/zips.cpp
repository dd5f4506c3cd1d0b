#include "streets/zips.h"

#include <algorithm>

namespace dray::streets {
namespace {

ZipId id_at(std::size_t position) {
    return static_cast<ZipId>(position);
}

}  // namespace

ZipMap::ZipMap(std::vector<Zip> zips) : zips_(std::move(zips)) {
    for (std::size_t i = 0; i < zips_.size(); ++i)
        if (zips_[i].lead == id_at(i)) leads_.push_back(id_at(i));
}

std::optional<ZipId> ZipMap::find(std::string_view number) const {
    for (std::size_t i = 0; i < zips_.size(); ++i)
        if (zips_[i].number == number) return id_at(i);
    return std::nullopt;
}

ZipId ZipMap::zip_at(Point point) const {
    return *std::min_element(leads_.begin(), leads_.end(), [&](ZipId a, ZipId b) {
        return distance((*this)[a].centroid, point) < distance((*this)[b].centroid, point);
    });
}

std::vector<ZipId> ZipMap::zip_of_segments(const StreetNetwork& network) const {
    std::vector<ZipId> result;
    result.reserve(network.segment_count());
    for (std::uint32_t i = 0; i < network.segment_count(); ++i) {
        const ArcId arc = forward_arc(SegmentId{i});
        result.push_back(zip_at(network.point_at({arc, network.length(arc) / 2})));
    }
    return result;
}

}  // namespace dray::streets
