#include "fleet/motion.h"

#include <gtest/gtest.h>

#include "small_network.h"

namespace dray {
namespace {

using namespace fleet;
using streets::ArcId;
using test::street;

// Two streets of 300 m: straight on from 0 by 1 to 2, and round a right angle from 1 to 3.
streets::StreetNetwork a_junction() {
    return test::network_of({{0, 0}, {300, 0}, {600, 0}, {300, 300}},
                            {street(0, 1), street(1, 2), street(1, 3)});
}
constexpr ArcId kApproach{0}, kStraightOn{2}, kRoundTheCorner{4};

TEST(Motion, SpeedsUpHoldsTheUsualSpeedAndBrakesToAStop) {
    const auto network = a_junction();
    const ArcId arcs[] = {kApproach, kStraightOn};
    Motion motion{.place = {kApproach, 0}};
    float fastest = 0, hardest_braking = 0;
    int seconds = 0;
    for (Way way{.arcs = arcs, .end = 250};; ++seconds) {
        ASSERT_LT(seconds, 200);
        const float before = motion.speed;
        const Driven driven = drive(network, motion, way, 1);
        way.arcs = way.arcs.subspan(driven.arcs_passed);
        fastest = std::max(fastest, motion.speed);
        hardest_braking = std::max(hardest_braking, before - motion.speed);
        EXPECT_LE(motion.speed - before, kAcceleration + 0.01F);
        if (driven.arrived) break;
    }
    EXPECT_EQ(motion.place.arc, kStraightOn);
    EXPECT_EQ(motion.place.offset, 250);
    EXPECT_EQ(motion.speed, 0);
    EXPECT_NEAR(fastest, network.speed(kApproach), 0.01);
    EXPECT_LT(hardest_braking, 2 * kBraking);
    EXPECT_NEAR(seconds, 550 / 8.9 + 4, 3);
}

TEST(Motion, SlowsForACornerAndNotOnTheStraight) {
    const auto network = a_junction();
    const auto speed_at_junction = [&](ArcId next) {
        const ArcId arcs[] = {kApproach, next};
        Motion motion{.place = {kApproach, 0}};
        for (int i = 0; i < 1000; ++i)
            if (drive(network, motion, {.arcs = arcs}, 0.1).arcs_passed > 0) break;
        EXPECT_EQ(motion.place.arc, next);
        return motion.speed;
    };
    EXPECT_GT(speed_at_junction(kStraightOn), 8);
    EXPECT_LT(speed_at_junction(kRoundTheCorner), 5);
    EXPECT_GT(speed_at_junction(kRoundTheCorner), 2);
}

TEST(Motion, WithoutAStopItReturnsWhenItHasToKnowHowTheWayGoesOn) {
    const auto network = a_junction();
    const ArcId arcs[] = {kApproach, kStraightOn};
    Motion motion{.place = {kApproach, 0}};
    const Driven driven = drive(network, motion, {.arcs = arcs}, 1000);
    EXPECT_EQ(driven.arcs_passed, 1U);
    EXPECT_FALSE(driven.arrived);
    EXPECT_GT(driven.seconds_left, 900);
    EXPECT_EQ(motion.place.arc, kStraightOn);
}

}  // namespace
}  // namespace dray
