// The bundled city, as it was just built, and what becomes of damaged map files.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "streets/load.h"
#include "streets/nearest.h"
#include "streets/route.h"
#include "streets/travel_times.h"

namespace dray {
namespace {

using namespace streets;

const City& chicago() {
    static const City city = load_city(DRAY_MAP_DIR);
    return city;
}

TEST(Chicago, EveryJunctionIsReachedFromEveryOther) {
    const auto& network = chicago().network;
    ASSERT_GT(network.node_count(), 15000U);
    const Place somewhere{ArcId{0}, 1};
    const TravelTimes away(network, somewhere, TravelTimes::Towards::kNodes);
    const TravelTimes back(network, somewhere, TravelTimes::Towards::kPlace);
    for (std::uint32_t i = 0; i < network.segment_count(); ++i) {
        const Place place{forward_arc(SegmentId{i}), 0};
        ASSERT_LT(away.seconds(place), 7200) << "segment " << i;
        ASSERT_LT(back.seconds(place), 7200) << "segment " << i;
    }
}

TEST(Chicago, EveryZipHasNeighboursAndStopsOnItsOwnStreets) {
    const auto& [name, attribution, network, zips, stations] = chicago();
    const StreetIndex streets(network);
    EXPECT_GE(zips.leads().size(), 40U);
    for (std::uint16_t i = 0; i < zips.size(); ++i) {
        const Zip& zip = zips[ZipId{i}];
        EXPECT_FALSE(zip.neighbours.empty()) << zip.number;
        ASSERT_GE(zip.stops.size(), 8U) << zip.number;
        for (const Point stop : zip.stops) {
            EXPECT_LT(distance(network.point_at(streets.nearest(stop)), stop), 0.5) << zip.number;
            EXPECT_EQ(zips.zip_at(stop), zip.lead) << zip.number;
        }
    }
}

TEST(Chicago, NeighbourhoodIsMutualBetweenLeads) {
    const auto& zips = chicago().zips;
    for (const ZipId lead : zips.leads())
        for (const ZipId other : zips[lead].neighbours) {
            if (zips[other].lead != other) continue;
            const auto& back = zips[other].neighbours;
            EXPECT_NE(std::find(back.begin(), back.end(), lead), back.end())
                << zips[lead].number << " and " << zips[other].number;
        }
}

TEST(Chicago, ShowsItsSource) {
    EXPECT_EQ(chicago().attribution, "© OpenStreetMap contributors");
}

TEST(Chicago, ADriveAcrossTownTakesAPlausibleTime) {
    const auto& [name, attribution, network, zips, stations] = chicago();
    const StreetIndex streets(network);
    const auto stop = [&](const char* zip) { return streets.nearest(zips[*zips.find(zip)].stops.front()); };
    RouteFinder finder(network);
    const Route route = finder.find(stop("60657"), stop("60637"));
    ASSERT_FALSE(route.empty());
    const double metres = length_of(network, route);
    EXPECT_GT(metres, 17000);
    EXPECT_LT(metres, 26000);
    EXPECT_GT(route.seconds, 900);
    EXPECT_LT(route.seconds, 2400);
}

class DamagedMap : public testing::Test {
  protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::string error_with(const std::string& streets) {
        std::ofstream(folder_ / "streets.json") << streets;
        std::ofstream(folder_ / "zips.json") << R"({"format":1,"zips":[]})";
        try {
            load_city(folder_);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "no error";
    }
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("dray-map-" + std::to_string(getpid()));
};

TEST_F(DamagedMap, EachFaultIsNamedWithItsFile) {
    EXPECT_NE(error_with("").find("streets.json: "), std::string::npos);
    EXPECT_NE(error_with(R"({"format":2})").find("format 2"), std::string::npos);
    EXPECT_NE(error_with(R"({"format":1,"nodes":[],"segments":[]})").find("the map is empty"),
              std::string::npos);
    const std::string one_street =
        R"({"format":1,"classes":["street"],"names":[""],"nodes":[41000000,-87000000,41001000,-87000000],)";
    EXPECT_NE(error_with(one_street + R"("segments":[[0,5,0,0,0,[]]]})").find("streets.json: segment 0"),
              std::string::npos);
    EXPECT_NE(error_with(one_street + R"("segments":[[0,1,3,0,0,[]]]})").find("streets.json: "),
              std::string::npos);
    EXPECT_NE(
        error_with(one_street + R"("segments":[[0,1,0,0,0,[]]]})").find("zips.json: there is no zip code"),
        std::string::npos);
}

TEST(MissingMap, IsNamed) {
    try {
        load_city("/nonexistent/city");
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("/nonexistent/city/streets.json: cannot be read"),
                  std::string::npos);
    }
}

}  // namespace
}  // namespace dray
