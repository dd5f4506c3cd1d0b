#include <gtest/gtest.h>

#include "seed.h"
#include "small_network.h"
#include "streets/nearest.h"
#include "streets/zips.h"

namespace dray {
namespace {

using namespace streets;

TEST(Streets, ABentStreetIsFollowedInBothDirections) {
    auto bent = test::street(0, 1);
    bent.between = {{0, 30}};
    const auto network = test::network_of({{0, 0}, {40, 30}}, {bent});
    const ArcId there = forward_arc(SegmentId{0});
    EXPECT_FLOAT_EQ(network.length(there), 70);
    const Point before_bend = network.point_at({there, 10});
    EXPECT_NEAR(before_bend.x, 0, 1e-6);
    EXPECT_NEAR(before_bend.y, 10, 1e-6);
    const Point after_bend = network.point_at({opposite(there), 10});
    EXPECT_NEAR(after_bend.x, 30, 1e-6);
    EXPECT_NEAR(after_bend.y, 30, 1e-6);
    EXPECT_NEAR(network.direction_at({opposite(there), 10}).x, -1, 1e-6);
    EXPECT_NEAR(network.direction_at({there, 10}).y, 1, 1e-6);
}

TEST(Streets, AOneWayStreetHasOneArc) {
    const auto network = test::network_of({{0, 0}, {100, 0}}, {test::street(0, 1, true)});
    EXPECT_EQ(network.arcs_out_of(NodeId{0}).size(), 1U);
    EXPECT_TRUE(network.arcs_out_of(NodeId{1}).empty());
    EXPECT_TRUE(network.arcs_into(NodeId{0}).empty());
}

TEST(Streets, ASegmentToNowhereIsRefused) {
    EXPECT_THROW(test::network_of({{0, 0}}, {test::street(0, 7)}), std::invalid_argument);
}

TEST(StreetIndex, FindsTheNearestStreetFromAnywhere) {
    std::mt19937_64 random(test::seed());
    for (int round = 0; round < 300; ++round) {
        const auto network = test::random_network(random);
        const StreetIndex streets(network);
        for (int i = 0; i < 10; ++i) {
            // Some of the points lie outside of the city.
            const Point point{static_cast<double>(random() % 6000) - 2000,
                              static_cast<double>(random() % 6000) - 2000};
            double nearest = 1e9;
            for (std::uint32_t s = 0; s < network.segment_count(); ++s) {
                if (!network.may_stop(forward_arc(SegmentId{s}))) continue;
                const auto shape = network.shape(SegmentId{s});
                for (std::size_t p = 1; p < shape.size(); ++p) {
                    const double share = nearest_share(point, shape[p - 1], shape[p]);
                    nearest =
                        std::min(nearest, distance(point, shape[p - 1] + (shape[p] - shape[p - 1]) * share));
                }
            }
            const Place found = streets.nearest(point);
            if (found.arc == ArcId::kNone) {
                EXPECT_EQ(nearest, 1e9);
                continue;
            }
            ASSERT_NEAR(distance(network.point_at(found), point), nearest, 0.01) << "round " << round;
        }
    }
}

TEST(ZipMap, APointIsInTheAreaOfTheNearestLead) {
    const ZipMap zips({{.number = "10001", .centroid = {0, 0}, .lead = ZipId{0}},
                       {.number = "10002", .centroid = {1000, 0}, .lead = ZipId{1}},
                       {.number = "10099", .centroid = {990, 0}, .lead = ZipId{1}}});
    EXPECT_EQ(zips[zips.zip_at({400, 50})].number, "10001");
    EXPECT_EQ(zips[zips.zip_at({700, 50})].number, "10002");
    EXPECT_EQ(zips.find("10099"), ZipId{2});
    EXPECT_EQ(zips.find("99999"), std::nullopt);
}

}  // namespace
}  // namespace dray
