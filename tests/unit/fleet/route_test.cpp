#include "streets/route.h"

#include <gtest/gtest.h>

#include <limits>

#include "seed.h"
#include "small_network.h"
#include "streets/travel_times.h"

namespace dray {
namespace {

using namespace streets;
using test::grid_network;
using test::network_of;
using test::street;

constexpr ArcId arc(std::uint32_t number) {
    return ArcId{number};
}

// The drive must be one: arcs that follow each other, each in a direction that is allowed.
void expect_drivable(const StreetNetwork& network, const Route& route, Place from, Place to) {
    ASSERT_FALSE(route.empty());
    EXPECT_EQ(route.arcs.front(), from.arc);
    EXPECT_FLOAT_EQ(route.begin, from.offset);
    EXPECT_EQ(segment_of(route.arcs.back()), segment_of(to.arc));
    for (std::size_t i = 0; i < route.arcs.size(); ++i) {
        EXPECT_TRUE(network.drivable(route.arcs[i]));
        if (i > 0) {
            EXPECT_EQ(network.end(route.arcs[i - 1]), network.start(route.arcs[i]));
        }
    }
    EXPECT_LT(distance(network.point_at({route.arcs.back(), route.end}), network.point_at(to)), 0.01);
}

// The slowest and plainest way to the same answer: relax every arc until nothing changes (Bellman and Ford).
float seconds_by_relaxing(const StreetNetwork& network, Place from, Place to) {
    constexpr float kNever = std::numeric_limits<float>::infinity();
    float best = kNever;
    const Place ways[] = {to, turned_round(network, to)};
    for (const Place& way : ways)
        if (network.drivable(way.arc) && way.arc == from.arc && way.offset >= from.offset)
            best = (way.offset - from.offset) / network.speed(from.arc);
    std::vector<float> at(network.node_count(), kNever);
    const NodeId first = network.end(from.arc);
    const float to_first = (network.length(from.arc) - from.offset) / network.speed(from.arc);
    at[index(first)] = to_first;
    for (bool changed = true; changed;) {
        changed = false;
        for (std::uint32_t i = 0; i < network.segment_count() * 2; ++i) {
            if (!network.drivable(arc(i))) continue;
            const bool turns_round = arc(i) == opposite(from.arc) && network.start(arc(i)) == first;
            const float start =
                turns_round ? to_first + RouteFinder::kTurnRoundSeconds : at[index(network.start(arc(i)))];
            const float there = start + network.seconds(arc(i));
            if (there >= at[index(network.end(arc(i)))]) continue;
            at[index(network.end(arc(i)))] = there;
            changed = true;
        }
    }
    for (const Place& way : ways) {
        if (!network.drivable(way.arc)) continue;
        const bool turns_round = way.arc == opposite(from.arc) && network.start(way.arc) == first;
        const float start =
            turns_round ? to_first + RouteFinder::kTurnRoundSeconds : at[index(network.start(way.arc))];
        best = std::min(best, start + way.offset / network.speed(way.arc));
    }
    return best;
}

TEST(Route, TakesTheQuickestWayOnRandomNetworks) {
    std::mt19937_64 random(test::seed());
    int reachable = 0;
    for (int round = 0; round < 2000; ++round) {
        const StreetNetwork network = test::random_network(random);
        RouteFinder finder(network);
        for (int i = 0; i < 5; ++i) {
            const auto any_place = [&] {
                for (;;) {
                    const ArcId id =
                        arc(static_cast<std::uint32_t>(random() % (network.segment_count() * 2)));
                    if (network.drivable(id))
                        return Place{id, network.length(id) * static_cast<float>(random() % 1000) / 1000};
                }
            };
            const Place from = any_place();
            const Place to = any_place();
            const Route route = finder.find(from, to);
            const float expected = seconds_by_relaxing(network, from, to);
            if (expected == std::numeric_limits<float>::infinity()) {
                EXPECT_TRUE(route.empty());
                continue;
            }
            ++reachable;
            expect_drivable(network, route, from, to);
            ASSERT_NEAR(route.seconds, expected, 0.01 + 1e-4 * static_cast<double>(expected))
                << "round " << round;
        }
    }
    EXPECT_GT(reachable, 1000);
}

TEST(Route, IsNothingToDriveForAVehicleThatIsThere) {
    const auto network =
        network_of({{0, 0}, {101.7, 0}, {50, 80}}, {street(0, 1), street(1, 2), street(2, 0)});
    RouteFinder finder(network);
    for (int i = 0; i < 1000; ++i) {
        const Place here{opposite(arc(0)), network.length(arc(0)) * static_cast<float>(i) / 1000};
        EXPECT_EQ(finder.find(here, here).seconds, 0) << here.offset;
    }
}

TEST(Route, FollowsAOneWayStreetOnlyItsWay) {
    // 0 -> 1 one-way; back from 1 to 0 only by way of 2.
    const auto network =
        network_of({{0, 0}, {100, 0}, {50, 80}}, {street(0, 1, true), street(1, 2), street(2, 0)});
    RouteFinder finder(network);
    const Route route = finder.find({arc(0), 60}, {arc(0), 40});
    expect_drivable(network, route, {arc(0), 60}, {arc(0), 40});
    EXPECT_EQ(route.arcs, (std::vector<ArcId>{arc(0), arc(2), arc(4), arc(0)}));
}

TEST(Route, OnTheSameStreetAheadNeedsNoJunction) {
    const auto network = grid_network(2);
    const Route route = RouteFinder(network).find({arc(0), 10}, {arc(0), 60});
    EXPECT_EQ(route.arcs, std::vector<ArcId>{arc(0)});
    EXPECT_NEAR(length_of(network, route), 50, 0.01);
}

TEST(Route, PrefersALongerFastRoadToAShortSlowOne) {
    // 0 to 1 straight by a street of 1000 m, or 1040 m by way of 2 on a primary road.
    const auto network = network_of({{0, 0}, {1000, 0}, {500, 143}, {-50, 0}},
                                    {street(3, 0), street(0, 1), street(0, 2, false, RoadClass::kPrimary),
                                     street(2, 1, false, RoadClass::kPrimary), street(1, 3, true)});
    const Route route = RouteFinder(network).find({arc(0), 0}, {arc(8), 1});
    EXPECT_EQ(route.arcs, (std::vector<ArcId>{arc(0), arc(4), arc(6), arc(8)}));
}

TEST(Route, IsEmptyWhereThereIsNoWay) {
    const auto network = network_of({{0, 0}, {100, 0}, {500, 0}, {600, 0}}, {street(0, 1), street(2, 3)});
    EXPECT_TRUE(RouteFinder(network).find({arc(0), 0}, {arc(2), 50}).empty());
}

TEST(TravelTimes, AgreeWithTheRouteWhereTurningRoundIsNotNeeded) {
    std::mt19937_64 random(test::seed());
    const auto network = grid_network(12);
    RouteFinder finder(network);
    const Place depot{arc(37), 20};
    const TravelTimes to_depot(network, depot, TravelTimes::Towards::kPlace);
    const TravelTimes from_depot(network, depot, TravelTimes::Towards::kNodes);
    const auto both_ways = [&](Place from, Place to) {
        return std::min(finder.find(from, to).seconds, finder.find(turned_round(network, from), to).seconds);
    };
    for (int i = 0; i < 500; ++i) {
        const ArcId id = arc(static_cast<std::uint32_t>(random() % (network.segment_count() * 2)));
        const Place place{id, network.length(id) * static_cast<float>(random() % 1000) / 1000};
        ASSERT_NEAR(to_depot.seconds(place), both_ways(place, depot), 0.01);
        ASSERT_NEAR(from_depot.seconds(place), both_ways(depot, place), 0.01);
    }
}

}  // namespace
}  // namespace dray
