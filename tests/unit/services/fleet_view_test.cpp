#include "services/tracking/fleet_view.h"

#include <gtest/gtest.h>

#include "desk.h"

namespace dray::testing {
namespace {

using service::make_position;
using tracking::FleetView;

constexpr std::int64_t kNow = 1'800'000'000'000;

v1::Location fix_of(const std::string& vehicle, double latitude, std::int64_t time_ms = kNow) {
    v1::Location fix;
    fix.set_vehicle_id(vehicle);
    *fix.mutable_position() = make_position(latitude, -87.6);
    fix.set_heading_degrees(89.6F);
    fix.set_speed_mps(7.5F);
    fix.set_time_ms(time_ms);
    return fix;
}

v1::VehicleStatus status_of(const std::string& vehicle, v1::VehicleState state, const std::string& order) {
    v1::VehicleStatus status;
    status.set_vehicle_id(vehicle);
    status.set_state(state);
    status.mutable_header()->set_order_id(order);
    return status;
}

TEST(FleetView, VehiclesAreTogetherByTheZipWhoseCentreIsNearest) {
    FleetView fleet(little_town());
    fleet.located(fix_of("v1", 41.801));
    fleet.located(fix_of("v2", 41.799));
    fleet.located(fix_of("v3", 41.829));
    const auto said = fleet.positions(kNow + 300);
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said[0].zip(), "10001");
    EXPECT_EQ(said[0].vehicles_size(), 2);
    ASSERT_EQ(said[1].vehicles_size(), 1);
    EXPECT_EQ(said[1].zip(), "10004");
    EXPECT_EQ(said[1].time_ms(), kNow + 300);
    const auto& shown = said[1].vehicles(0);
    EXPECT_EQ(shown.vehicle_id(), "v3");
    EXPECT_EQ(shown.latitude_e6(), 41'829'000);
    EXPECT_EQ(shown.longitude_e6(), -87'600'000);
    EXPECT_EQ(shown.heading_degrees(), 90U);
    EXPECT_EQ(shown.speed_mps(), 7.5F);
    EXPECT_EQ(shown.age_ms(), 300U);
}

TEST(FleetView, AVehicleIsShownWithItsStateAndWithItsOrderWhileItWorksOnOne) {
    FleetView fleet(little_town());
    fleet.vehicle_reports(status_of("v1", v1::VEHICLE_STATE_TO_CUSTOMER, "o1"));
    fleet.located(fix_of("v1", 41.8));
    EXPECT_EQ(fleet.positions(kNow)[0].vehicles(0).state(), v1::VEHICLE_STATE_TO_CUSTOMER);
    EXPECT_EQ(fleet.positions(kNow)[0].vehicles(0).order_id(), "o1");
    fleet.vehicle_reports(status_of("v1", v1::VEHICLE_STATE_IDLE, "o1"));
    EXPECT_EQ(fleet.positions(kNow)[0].vehicles(0).state(), v1::VEHICLE_STATE_IDLE);
    EXPECT_EQ(fleet.positions(kNow)[0].vehicles(0).order_id(), "");
}

TEST(FleetView, WhoHasNotSaidWhereItIsIsNotShown) {
    FleetView fleet(little_town());
    fleet.vehicle_reports(status_of("v1", v1::VEHICLE_STATE_IDLE, ""));
    EXPECT_TRUE(fleet.positions(kNow).empty());
}

TEST(FleetView, AFixThatComesLateDoesNotMoveTheVehicleBack) {
    FleetView fleet(little_town());
    fleet.located(fix_of("v1", 41.83, kNow));
    fleet.located(fix_of("v1", 41.80, kNow - 20'000));
    EXPECT_EQ(fleet.positions(kNow)[0].zip(), "10004");
}

TEST(FleetView, WhoIsSilentForLongIsForgotten) {
    FleetView fleet(little_town());
    fleet.located(fix_of("v1", 41.80, kNow));
    EXPECT_EQ(fleet.positions(kNow + FleetView::kForgottenMs).size(), 1U);
    EXPECT_TRUE(fleet.positions(kNow + FleetView::kForgottenMs + 1).empty());
}

}  // namespace
}  // namespace dray::testing
