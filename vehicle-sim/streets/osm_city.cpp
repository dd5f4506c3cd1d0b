#include "streets/osm_city.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "streets/osm_extract.h"
#include "streets/strong_component.h"

namespace dray::streets {
namespace {

constexpr double kStopStreetMetresMin = 40;
constexpr std::size_t kStopsPerZip = 12;
constexpr const char* kOnlyZip = "00000";

// --- Network ---

// A street between two junctions, by the file's node numbers.
struct Piece {
    const OsmStreet* street;
    std::size_t first;
    std::size_t last;
};

std::vector<Piece> cut_at_junctions(const std::vector<OsmStreet>& streets) {
    std::unordered_map<std::int64_t, int> uses;
    for (const OsmStreet& street : streets)
        for (const std::int64_t node : street.nodes) ++uses[node];
    std::vector<Piece> pieces;
    for (const OsmStreet& street : streets) {
        std::size_t first = 0;
        for (std::size_t i = 1; i < street.nodes.size(); ++i) {
            if (i + 1 < street.nodes.size() && uses[street.nodes[i]] < 2) continue;
            pieces.push_back({&street, first, i});
            first = i;
        }
    }
    return pieces;
}

GeoPoint middle_of(const std::unordered_map<std::int64_t, GeoPoint>& positions) {
    GeoPoint low{90, 180}, high{-90, -180};
    for (const auto& [id, at] : positions) {
        low = {std::min(low.latitude, at.latitude), std::min(low.longitude, at.longitude)};
        high = {std::max(high.latitude, at.latitude), std::max(high.longitude, at.longitude)};
    }
    return {(low.latitude + high.latitude) / 2, (low.longitude + high.longitude) / 2};
}

// Gives the junctions of pieces numbers of their own.
class Junctions {
  public:
    std::uint32_t number(std::int64_t node) {
        return numbers_.emplace(node, static_cast<std::uint32_t>(numbers_.size())).first->second;
    }
    std::uint32_t count() const { return static_cast<std::uint32_t>(numbers_.size()); }

  private:
    std::unordered_map<std::int64_t, std::uint32_t> numbers_;
};

void keep_strongly_connected(std::vector<Piece>& pieces) {
    Junctions junctions;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
    for (const Piece& piece : pieces) {
        const auto from = junctions.number(piece.street->nodes[piece.first]);
        const auto to = junctions.number(piece.street->nodes[piece.last]);
        edges.emplace_back(from, to);
        if (!piece.street->one_way) edges.emplace_back(to, from);
    }
    const auto kept = largest_strong_component(junctions.count(), edges);
    std::erase_if(pieces, [&](const Piece& piece) {
        return !kept[junctions.number(piece.street->nodes[piece.first])] ||
               !kept[junctions.number(piece.street->nodes[piece.last])];
    });
}

StreetNetwork network_of(const OsmExtract& extract) {
    std::vector<Piece> pieces = cut_at_junctions(extract.streets);
    keep_strongly_connected(pieces);
    if (pieces.empty()) throw std::runtime_error("the map is empty: it has no streets");
    const LocalPlane plane(middle_of(extract.positions));
    const auto point_of = [&](std::int64_t node) { return plane.from_degrees(extract.positions.at(node)); };
    Junctions junctions;
    std::vector<Point> nodes;
    const auto node_of = [&](std::int64_t node) {
        const std::uint32_t number = junctions.number(node);
        if (number == nodes.size()) nodes.push_back(point_of(node));
        return NodeId{number};
    };
    std::vector<SegmentInput> segments;
    for (const Piece& piece : pieces) {
        const OsmStreet& street = *piece.street;
        SegmentInput segment{.from = node_of(street.nodes[piece.first]),
                             .to = node_of(street.nodes[piece.last]),
                             .road_class = street.road_class,
                             .one_way = street.one_way,
                             .name = street.name,
                             .tunnel = street.tunnel,
                             .speed = street.speed};
        for (std::size_t i = piece.first + 1; i < piece.last; ++i)
            segment.between.push_back(point_of(street.nodes[i]));
        segments.push_back(std::move(segment));
    }
    return {plane, std::move(nodes), segments, extract.names};
}

// --- Zips ---

std::vector<Zip> zips_by_postcode(const OsmExtract& extract, const StreetNetwork& network) {
    std::map<std::string, std::pair<Point, double>> sums;
    for (const auto& [postcode, at] : extract.addresses) {
        auto& [sum, count] = sums[postcode];
        sum = sum + network.plane().from_degrees(at);
        ++count;
    }
    if (sums.empty()) sums[kOnlyZip] = {network.node(NodeId{0}), 1};
    if (sums.size() > 0xffff) throw std::runtime_error("has too many postcodes");
    std::vector<Zip> zips;
    zips.reserve(sums.size());
    for (const auto& [postcode, sum] : sums)
        zips.push_back({.number = postcode,
                        .centroid = sum.first * (1 / sum.second),
                        .lead = ZipId{static_cast<std::uint16_t>(zips.size())}});
    return zips;
}

// Up to kStopsPerZip points that lie far from each other: first the one nearest to the centre, then always
// the farthest.
std::vector<Point> spread(const std::vector<Point>& points, Point centre) {
    std::vector<Point> chosen;
    if (points.empty()) return chosen;
    std::vector<double> gaps;
    gaps.reserve(points.size());
    for (const Point point : points) gaps.push_back(-distance(point, centre));
    while (chosen.size() < std::min(kStopsPerZip, points.size())) {
        const auto farthest = std::max_element(gaps.begin(), gaps.end()) - gaps.begin();
        const Point next = points[static_cast<std::size_t>(farthest)];
        if (!chosen.empty() && gaps[static_cast<std::size_t>(farthest)] == 0) break;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const double gap = distance(points[i], next);
            gaps[i] = chosen.empty() ? gap : std::min(gaps[i], gap);
        }
        chosen.push_back(next);
    }
    return chosen;
}

ZipMap zips_of(const OsmExtract& extract, const StreetNetwork& network) {
    std::vector<Zip> zips = zips_by_postcode(extract, network);
    const ZipMap areas(zips);
    std::vector<std::set<ZipId>> neighbours(zips.size());
    std::vector<std::vector<Point>> stops(zips.size());
    const auto zip_of_segment = areas.zip_of_segments(network);
    std::vector<ZipId> zip_of_node;
    for (std::uint32_t i = 0; i < network.node_count(); ++i)
        zip_of_node.push_back(areas.zip_at(network.node(NodeId{i})));
    for (std::uint32_t i = 0; i < network.segment_count(); ++i) {
        const ArcId arc = forward_arc(SegmentId{i});
        const ZipId from = zip_of_node[index(network.start(arc))], to = zip_of_node[index(network.end(arc))];
        if (from != to) {
            neighbours[index(from)].insert(to);
            neighbours[index(to)].insert(from);
        }
        const float length = network.length(arc);
        if (network.may_stop(arc) && static_cast<double>(length) >= kStopStreetMetresMin)
            stops[index(zip_of_segment[i])].push_back(network.point_at({arc, length / 2}));
    }
    for (std::size_t i = 0; i < zips.size(); ++i) {
        zips[i].neighbours.assign(neighbours[i].begin(), neighbours[i].end());
        zips[i].stops = spread(stops[i], zips[i].centroid);
    }
    return ZipMap(std::move(zips));
}

}  // namespace

City city_from_osm(const std::filesystem::path& path) {
    const OsmExtract extract = read_osm_extract(path);
    StreetNetwork network = network_of(extract);
    ZipMap zips = zips_of(extract, network);
    return {.name = path.stem().stem().string(),
            .attribution = "© OpenStreetMap contributors",
            .network = std::move(network),
            .zips = std::move(zips),
            .stations = extract.stations};
}

}  // namespace dray::streets
