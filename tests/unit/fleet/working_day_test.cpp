// What a working day brings a vehicle beside its orders: a second order, an empty tank, a breakdown, the end
// of the shift, tunnels, outages and traffic jams.
#include <gtest/gtest.h>

#include <cmath>

#include "fleet/fleet.h"
#include "scene.h"

namespace dray {
namespace {

using fleet::Activity;
using fleet::Report;
using test::Scene;

TEST(Capacity, AVehicleWithRoomBidsWhileItDrivesAndDeliversBoth) {
    Scene scene({.capacity = 2});
    scene.award(scene.an_award("first"));
    scene.last<Report>();
    const std::string second = scene.until_it_bids();
    ASSERT_FALSE(second.empty());
    EXPECT_EQ(scene.vehicle().activity(), Activity::kToPickUp);
    scene.award(scene.an_award(second));
    EXPECT_EQ(scene.vehicle().orders(), 2U);
    EXPECT_FALSE(scene.vehicle().has_room());
    scene.award(scene.an_award("third"));
    EXPECT_EQ(scene.vehicle().orders(), 2U);
    scene.reports();

    std::vector<std::string> delivered;
    for (int i = 0; i < 3600 && scene.vehicle().orders() > 0; ++i) {
        scene.drive(1);
        for (const Report& report : scene.reports()) {
            if (report.delivered) delivered.push_back(report.order_id);
            // One order is handed over, the other is still on its way: both are said, that one last.
            if (delivered.size() != 1) continue;
            EXPECT_NE(report.activity, Activity::kIdle);
            EXPECT_EQ(report.order_id == delivered[0], report.delivered);
        }
    }
    EXPECT_EQ(delivered.size(), 2U);
    EXPECT_EQ(scene.vehicle().activity(), Activity::kIdle);
}

TEST(Capacity, ARevokedOrderLeavesTheOtherOnItsWay) {
    Scene scene({.capacity = 2});
    scene.award(scene.an_award("first"));
    scene.award(scene.an_award("second"));
    scene.drive(30);
    scene.last<Report>();
    scene.revoke("first", 1);
    EXPECT_EQ(scene.vehicle().orders(), 1U);
    EXPECT_EQ(scene.last<Report>()->order_id, "second");
    scene.drive(3600);
    EXPECT_TRUE(scene.last<Report>()->delivered);
}

TEST(Capacity, WhicheverOrderIsRevokedTheOtherIsPickedUpWhereItIs) {
    for (const std::string revoked : {"first", "second"}) {
        Scene scene({.capacity = 2});
        auto second = scene.an_award("second");
        second.pick_up = scene.at(500, 1000);
        scene.award(scene.an_award("first"));
        scene.award(second);
        scene.drive(20);
        scene.revoke(revoked, 1);
        scene.reports();
        bool picked_up = false;
        for (int i = 0; i < 1800 && !picked_up; ++i) {
            scene.drive(1);
            for (const Report& report : scene.reports())
                picked_up |= report.activity == Activity::kToCustomer;
        }
        ASSERT_TRUE(picked_up) << revoked;
        const auto here = scene.world().network().point_at(scene.vehicle().motion().place);
        const streets::Point there =
            revoked == "first" ? streets::Point{500, 1000} : streets::Point{1000, 100};
        EXPECT_LT(distance(here, there), 60) << revoked;
    }
}

TEST(Range, AnIdleVehicleThatIsLowRefuelsAndSaysSo) {
    Scene scene({.range_km = 20, .refuel_minutes = 10});
    int refuelling = 0;
    float lowest = 1e9F;
    std::vector<Activity> said;
    for (int i = 0; i < 4 * 3600; ++i) {
        scene.drive(1);
        lowest = std::min(lowest, scene.vehicle().range_metres());
        refuelling += scene.vehicle().activity() == Activity::kRefuelling ? 1 : 0;
        for (const Report& report : scene.reports()) said.push_back(report.activity);
    }
    EXPECT_GT(lowest, 0);
    EXPECT_LT(lowest, 3000);
    EXPECT_GT(refuelling, 480);  // at the station; the way there comes on top
    ASSERT_GE(said.size(), 2U);
    EXPECT_EQ(said[0], Activity::kRefuelling);
    EXPECT_EQ(said[1], Activity::kIdle);
}

TEST(Range, WhoIsLowDeclinesAndWhoHasAnOrderMakesADetour) {
    Scene scene({.range_km = 6, .refuel_minutes = 5});
    EXPECT_EQ(scene.until_it_bids(), "");
    scene.award(scene.an_award("x"));
    bool refuelled = false;
    bool delivered = false;
    for (int i = 0; i < 7200 && !delivered; ++i) {
        scene.drive(1);
        refuelled |= scene.vehicle().activity() == Activity::kRefuelling;
        for (const Report& report : scene.reports()) delivered |= report.delivered;
    }
    EXPECT_TRUE(refuelled);
    EXPECT_TRUE(delivered);
}

TEST(Breakdown, AVehicleStandsSaysSoAndGoesOnWhenItIsRepaired) {
    Scene scene({.repair_minutes = 5});
    scene.award(scene.an_award("x"));
    scene.drive(60);
    scene.reports();
    fleet::Effects said;
    scene.vehicle().break_down(said);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(std::get<Report>(said[0]).activity, Activity::kBrokenDown);
    EXPECT_EQ(std::get<Report>(said[0]).order_id, "x");
    EXPECT_EQ(scene.vehicle().motion().speed, 0);
    const auto place = scene.vehicle().motion().place;
    scene.drive(59);
    EXPECT_EQ(scene.vehicle().motion().place.offset, place.offset);
    EXPECT_TRUE(scene.reports().empty());
    // Its award is a lease: it does not say that it is still at it.
    scene.pass(std::chrono::minutes(2));
    EXPECT_TRUE(scene.reports().empty());
    bool delivered = false;
    for (int i = 0; i < 7200 && !delivered; ++i) {
        scene.drive(1);
        for (const Report& report : scene.reports()) delivered |= report.delivered;
    }
    EXPECT_TRUE(delivered);
}

TEST(Breakdown, ComesAsOftenAsTheProfileSays) {
    Scene scene({.breakdowns_per_10000_km = 500, .repair_minutes = 5});
    const auto& network = scene.world().network();
    double metres = 0;
    int breakdowns = 0;
    for (int i = 0; i < 200'000; ++i) {
        const auto before = network.point_at(scene.vehicle().motion().place);
        scene.drive(1);
        metres += distance(before, network.point_at(scene.vehicle().motion().place));
        for (const Report& report : scene.reports())
            breakdowns += report.activity == Activity::kBrokenDown ? 1 : 0;
    }
    const double expected = metres / 1e7 * 500;
    ASSERT_GT(expected, 20);
    EXPECT_NEAR(breakdowns, expected, 4 * std::sqrt(expected));
}

TEST(Shifts, AVehicleGoesHomeAfterItsOrderAndComesBackTheNextDay) {
    constexpr double kHour = 3600;
    Scene scene({.shift = fleet::Shift{8 * kHour, 16 * kHour}}, {.seed = 7, .time_of_day_s = 15.5 * kHour});
    EXPECT_TRUE(scene.vehicle().on_duty());
    scene.award(scene.an_award("x"));
    scene.reports();
    std::vector<Report> said;
    const auto drive_for = [&](double seconds) {
        for (double i = 0; i < seconds; ++i) {
            scene.drive(1);
            const auto reports = scene.reports();
            said.insert(said.end(), reports.begin(), reports.end());
        }
    };
    drive_for(1.5 * kHour);
    ASSERT_FALSE(said.empty());
    EXPECT_FALSE(scene.vehicle().on_duty());
    EXPECT_EQ(said.back().activity, Activity::kOffDuty);
    EXPECT_EQ(scene.until_it_bids(), "");
    said.clear();
    drive_for(14 * kHour);
    EXPECT_TRUE(said.empty());
    drive_for(1.5 * kHour);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].activity, Activity::kIdle);
    EXPECT_TRUE(scene.vehicle().on_duty());
}

TEST(Conditions, ATunnelHidesTheSkyAndTheRadioADeadZoneOnlyTheRadio) {
    auto town = test::small_town();
    auto tunnel = test::street(0, 1);
    tunnel.tunnel = true;
    town.network = test::network_of({{0, 0}, {300, 0}, {600, 0}}, {tunnel, test::street(1, 2)});
    const fleet::Scenario scenario{
        .groups = {{.vehicles = 1}},
        .dead_zones = {{.centre = town.network.plane().to_degrees({600, 50}), .radius_m = 60}}};
    fleet::World world(town, scenario);
    const streets::ArcId in_tunnel{1}, in_dead_zone{2};
    EXPECT_FALSE(world.conditions().sky(in_tunnel));
    EXPECT_FALSE(world.conditions().radio(in_tunnel));
    EXPECT_TRUE(world.conditions().sky(in_dead_zone));
    EXPECT_FALSE(world.conditions().radio(in_dead_zone));
    fleet::Vehicle vehicle(world, scenario.groups[0].profile, scenario, 0, {in_tunnel, 100});
    EXPECT_FALSE(vehicle.fix(world));
}

TEST(Conditions, AnOutageLastsAsLongAsItShouldAndOnlyWhereItShould) {
    const auto town = test::small_town();
    const fleet::Scenario scenario{
        .groups = {{.vehicles = 40}},
        .faults = {
            {.kind = fleet::FaultKind::kOutage, .at_s = 10, .for_s = 20, .area = {.zips = {"10002"}}}}};
    fleet::Fleet fleet(town, scenario);
    const auto cut_off = [&](double seconds) {
        fleet.begin_round(seconds, {});
        int count = 0;
        for (std::uint32_t i = 0; i < fleet.size(); ++i) {
            if (fleet.radio(i)) continue;
            ++count;
            EXPECT_EQ(fleet[i].zip(), streets::ZipId{1});
        }
        return count;
    };
    EXPECT_EQ(cut_off(9), 0);
    EXPECT_EQ(cut_off(10), 20);
    EXPECT_EQ(cut_off(29), 20);
    EXPECT_EQ(cut_off(30), 0);
}

TEST(Conditions, ABreakdownStrikesTheShareItShould) {
    const auto town = test::small_town();
    const fleet::Scenario scenario{
        .groups = {{.vehicles = 200}},
        .faults = {{.kind = fleet::FaultKind::kBreakdown, .at_s = 5, .share = 0.5}}};
    fleet::Fleet fleet(town, scenario);
    int told = 0;
    const auto count = [&](std::uint32_t, fleet::Effects& effects) { told += effects.empty() ? 0 : 1; };
    fleet.begin_round(4, count);
    EXPECT_EQ(told, 0);
    fleet.begin_round(5, count);
    EXPECT_NEAR(told, 100, 30);
    fleet.begin_round(6, count);
    EXPECT_NEAR(told, 100, 30);
}

TEST(Conditions, CongestionSlowsTrafficDown) {
    const auto seconds_for_an_order = [](double share) {
        fleet::Scenario scenario{.seed = 7};
        scenario.faults = {{.kind = fleet::FaultKind::kCongestion, .at_s = 0, .for_s = 1e6, .share = share}};
        Scene scene({}, scenario);
        scene.world().conditions().begin(0);
        scene.award(scene.an_award("x"));
        int seconds = 0;
        for (; seconds < 7200 && scene.vehicle().orders() > 0; ++seconds) scene.drive(1);
        return seconds;
    };
    EXPECT_GT(seconds_for_an_order(0.4), 1.5 * seconds_for_an_order(1));
}

TEST(Conditions, AZipOfAFaultThatIsNotThereIsNamed) {
    const auto town = test::small_town();
    const fleet::Scenario scenario{.groups = {{.vehicles = 1}}, .faults = {{.area = {.zips = {"99999"}}}}};
    try {
        const fleet::Fleet fleet(town, scenario);
        FAIL();
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(), "fault 1: zip 99999 is not on the map");
    }
}

}  // namespace
}  // namespace dray
