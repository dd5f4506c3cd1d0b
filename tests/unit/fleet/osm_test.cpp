// A city out of an .osm.pbf file: made here block by block, as the format's description says.
#include <gtest/gtest.h>
#include <osmpbf/osmpbf.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "streets/load.h"
#include "streets/route.h"
#include "streets/strong_component.h"

namespace dray {
namespace {

using namespace streets;
using Tags = std::vector<std::pair<std::string, std::string>>;

// Writes one block of dense nodes and one of ways.
class OsmWriter {
  public:
    void node(std::int64_t id, double latitude, double longitude, const Tags& tags = {}) {
        auto& dense = *nodes_.mutable_dense();
        const auto lat = std::llround(latitude * 1e7), lon = std::llround(longitude * 1e7);
        dense.add_id(id - last_id_);
        dense.add_lat(lat - last_lat_);
        dense.add_lon(lon - last_lon_);
        last_id_ = id, last_lat_ = lat, last_lon_ = lon;
        for (const auto& [key, value] : tags) {
            dense.add_keys_vals(static_cast<int>(text(key)));
            dense.add_keys_vals(static_cast<int>(text(value)));
        }
        dense.add_keys_vals(0);
    }
    void way(const std::vector<std::int64_t>& nodes, const Tags& tags) {
        auto& way = *ways_.add_ways();
        way.set_id(++last_way_);
        std::int64_t last = 0;
        for (const std::int64_t node : nodes) {
            way.add_refs(node - last);
            last = node;
        }
        for (const auto& [key, value] : tags) {
            way.add_keys(text(key));
            way.add_vals(text(value));
        }
    }
    std::string file(const std::string& required_feature = "DenseNodes") const {
        OSMPBF::HeaderBlock header;
        header.add_required_features("OsmSchema-V0.6");
        header.add_required_features(required_feature);
        OSMPBF::PrimitiveBlock block;
        for (const std::string& one : texts_) block.mutable_stringtable()->add_s(one);
        *block.add_primitivegroup() = nodes_;
        *block.add_primitivegroup() = ways_;
        return blob("OSMHeader", header.SerializeAsString(), false) +
               blob("OSMData", block.SerializeAsString(), true);
    }

  private:
    std::uint32_t text(const std::string& one) {
        for (std::size_t i = 1; i < texts_.size(); ++i)
            if (texts_[i] == one) return static_cast<std::uint32_t>(i);
        texts_.push_back(one);
        return static_cast<std::uint32_t>(texts_.size() - 1);
    }
    static std::string blob(const std::string& type, const std::string& content, bool packed) {
        OSMPBF::Blob blob;
        if (packed) {
            std::string bytes(compressBound(content.size()), '\0');
            uLongf size = bytes.size();
            compress(reinterpret_cast<Bytef*>(bytes.data()), &size,
                     reinterpret_cast<const Bytef*>(content.data()), content.size());
            bytes.resize(size);
            blob.set_zlib_data(bytes);
            blob.set_raw_size(static_cast<int>(content.size()));
        } else {
            blob.set_raw(content);
        }
        const std::string body = blob.SerializeAsString();
        OSMPBF::BlobHeader header;
        header.set_type(type);
        header.set_datasize(static_cast<int>(body.size()));
        const std::string head = header.SerializeAsString();
        std::string length;
        for (int shift = 24; shift >= 0; shift -= 8) length += static_cast<char>(head.size() >> shift & 0xff);
        return length + head + body;
    }

    std::vector<std::string> texts_{""};
    OSMPBF::PrimitiveGroup nodes_;
    OSMPBF::PrimitiveGroup ways_;
    std::int64_t last_id_ = 0, last_lat_ = 0, last_lon_ = 0, last_way_ = 0;
};

//   1 --- 2 --- 3 --- 4      West Street, a trunk road that goes into a tunnel from 3 to 4
//   |     |     |     |
//   5 --- 6 --- 7 --> 8      East Street; one-way at its end
//                     9 (a footpath) ... 10 -> 11 (streets that nobody comes to or leaves)
OsmWriter small_town() {
    OsmWriter osm;
    for (int i = 0; i < 4; ++i) {
        osm.node(i + 1, 52.52, 13.40 + 0.01 * i);
        osm.node(i + 5, 52.51, 13.40 + 0.01 * i, i == 1 ? Tags{{"highway", "crossing"}} : Tags{});
    }
    osm.node(9, 52.505, 13.43);
    osm.node(10, 52.50, 13.40);
    osm.node(11, 52.50, 13.41);
    osm.node(12, 52.515, 13.4001, {{"addr:postcode", "10115"}});
    osm.node(13, 52.516, 13.4041, {{"addr:postcode", "10115"}});
    osm.node(14, 52.515, 13.43, {{"addr:postcode", "10249"}, {"name", "Café"}});
    osm.node(15, 52.5201, 13.411, {{"amenity", "charging_station"}});
    const Tags street{{"highway", "residential"}, {"name", "East Street"}};
    osm.way({1, 2, 3}, {{"highway", "trunk"}, {"name", "West Street"}, {"maxspeed", "60"}});
    osm.way({3, 4}, {{"highway", "trunk"}, {"tunnel", "yes"}, {"maxspeed", "30 mph"}});
    osm.way({5, 6, 7}, street);
    osm.way({7, 8}, {{"highway", "residential"}, {"oneway", "yes"}});
    for (int i = 0; i < 4; ++i) osm.way({i + 1, i + 5}, {{"highway", "tertiary"}});
    osm.way({8, 9}, {{"highway", "footway"}});
    osm.way({10, 11}, {{"highway", "residential"}});
    osm.way({2, 7}, {{"highway", "residential"}, {"access", "private"}});
    osm.way({8, 4711}, street);  // leaves the extract
    osm.way({1, 2, 6, 5, 1}, {{"building", "yes"}, {"addr:postcode", "10115"}});
    return osm;
}

class OsmTest : public testing::Test {
  protected:
    ~OsmTest() override { std::filesystem::remove(path_); }
    City load(const std::string& bytes) {
        std::ofstream(path_, std::ios::binary) << bytes;
        return load_city(path_);
    }
    std::string error_of(const std::string& bytes) {
        try {
            load(bytes);
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(std::string(error.what()).rfind(path_.string() + ": ", 0), 0U) << error.what();
            return std::string(error.what()).substr(path_.string().size() + 2);
        }
        return "no error";
    }

    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("small-town-" + std::to_string(getpid()) + ".osm.pbf");
};

TEST_F(OsmTest, StreetsAreCutAtJunctionsAndKnowWhatTheirTagsSay) {
    const City city = load(small_town().file());
    EXPECT_EQ(city.attribution, "© OpenStreetMap contributors");
    const auto& network = city.network;
    EXPECT_EQ(network.node_count(), 8U);
    EXPECT_EQ(network.segment_count(), 10U);
    int tunnels = 0, one_ways = 0, west = 0;
    for (std::uint32_t i = 0; i < network.segment_count(); ++i) {
        const ArcId arc = forward_arc(SegmentId{i});
        if (network.tunnel(arc)) {
            ++tunnels;
            EXPECT_NEAR(network.speed(arc), 13.4, 0.1);
            EXPECT_NEAR(network.length(arc), 677, 5);
        }
        if (!network.drivable(opposite(arc))) ++one_ways;
        if (network.name(arc) != "West Street") continue;
        ++west;
        EXPECT_EQ(network.road_class(arc), RoadClass::kTrunk);
        EXPECT_NEAR(network.speed(arc), 16.7, 0.1);
    }
    EXPECT_EQ(tunnels, 1);
    EXPECT_EQ(one_ways, 1);
    EXPECT_EQ(west, 2);
}

TEST_F(OsmTest, ZipsComeFromAddressesAndAreNeighboursWhereAStreetJoinsThem) {
    const City city = load(small_town().file());
    ASSERT_EQ(city.zips.size(), 2U);
    const Zip& west = city.zips[*city.zips.find("10115")];
    const Zip& east = city.zips[*city.zips.find("10249")];
    EXPECT_EQ(west.neighbours, std::vector<ZipId>{east.lead});
    EXPECT_EQ(east.neighbours, std::vector<ZipId>{west.lead});
    EXPECT_GE(west.stops.size(), 2U);
    EXPECT_GE(east.stops.size(), 2U);
    for (const Point stop : west.stops) EXPECT_EQ(city.zips.zip_at(stop), west.lead);
    ASSERT_EQ(city.stations.size(), 1U);
    EXPECT_NEAR(city.stations[0].longitude, 13.411, 1e-6);
}

TEST_F(OsmTest, EveryStreetIsReachedFromEveryOther) {
    const City city = load(small_town().file());
    RouteFinder routes(city.network);
    for (std::uint32_t from = 0; from < city.network.segment_count(); ++from)
        for (std::uint32_t to = 0; to < city.network.segment_count(); ++to)
            EXPECT_FALSE(
                routes.find({forward_arc(SegmentId{from}), 1}, {forward_arc(SegmentId{to}), 1}).empty());
}

TEST_F(OsmTest, AMapWithoutPostcodesIsOneZip) {
    OsmWriter osm;
    osm.node(1, 52.52, 13.40);
    osm.node(2, 52.52, 13.41);
    osm.way({1, 2}, {{"highway", "residential"}});
    const City city = load(osm.file());
    ASSERT_EQ(city.zips.size(), 1U);
    EXPECT_EQ(city.zips[ZipId{0}].number, "00000");
    EXPECT_FALSE(city.zips[ZipId{0}].stops.empty());
}

TEST_F(OsmTest, WhatIsWrongWithAFileIsSaid) {
    const std::string whole = small_town().file();
    EXPECT_EQ(error_of(""), "is not an .osm.pbf file");
    EXPECT_EQ(error_of("<?xml version='1.0'?><osm/>"), "is not an .osm.pbf file");
    EXPECT_EQ(error_of(whole.substr(0, whole.size() - 1)), "ends in the middle of a block");
    EXPECT_EQ(error_of(small_town().file("HistoricalInformation")),
              "needs a reader that knows HistoricalInformation");
    OsmWriter nothing;
    nothing.node(1, 52.52, 13.40);
    EXPECT_EQ(error_of(nothing.file()), "the map is empty: it has no streets");
    std::filesystem::remove(path_);
    EXPECT_THROW(load_city("/nonexistent/city.osm.pbf"), std::runtime_error);
}

TEST_F(OsmTest, ADamagedFileIsAnErrorOrAMapButNeverACrash) {
    const std::string whole = small_town().file();
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
        try {
            load(damaged);
        } catch (const std::exception&) {
        }
    }
}

TEST(StrongComponent, IsTheLargestOfThose) {
    // 0 <-> 1 -> 2 -> 3 -> 4 -> 2, 5 alone
    const auto kept = largest_strong_component(6, {{0, 1}, {1, 0}, {1, 2}, {2, 3}, {3, 4}, {4, 2}});
    EXPECT_EQ(kept, (std::vector<bool>{false, false, true, true, true, false}));
}

}  // namespace
}  // namespace dray
