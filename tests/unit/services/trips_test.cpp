#include "services/tracking/trips.h"

#include <gtest/gtest.h>

#include <cmath>

#include "desk.h"
#include "services/common/active_instance.h"

namespace dray::testing {
namespace {

using service::make_position;
using service::Transaction;
using tracking::Trips;

constexpr double kMetresPerDegree = 111'195;  // of latitude
const auto kRamp = make_position(41.80, -87.6);
const auto kDoor = make_position(41.90, -87.6);

v1::Position south_of_the_door(double metres) {
    return make_position(kDoor.latitude() - metres / kMetresPerDegree, kDoor.longitude());
}

class TripsTest : public ::testing::Test {
  protected:
    void award(const std::string& order, const std::string& vehicle, std::uint32_t epoch = 1) {
        auto event = event_of<v1::Award>(order);
        event.set_vehicle_id(vehicle);
        event.set_epoch(epoch);
        *event.mutable_pick_up() = kRamp;
        *event.mutable_drop_off() = kDoor;
        desk_.deliver<v1::Award>(event, [&](Transaction& tx, const auto& e) { trips_.awarded(tx, e); });
    }
    void carries(const std::string& vehicle, const std::string& order) {
        auto status = event_of<v1::VehicleStatus>(order);
        status.set_vehicle_id(vehicle);
        status.set_state(v1::VEHICLE_STATE_TO_CUSTOMER);
        trips_.vehicle_reports(status);
    }
    // A fix a second; what has to be announced is.
    tracking::News fix(const std::string& vehicle, const v1::Position& at) {
        now_ += 1000;
        v1::Location location;
        location.set_vehicle_id(vehicle);
        location.set_time_ms(now_);
        *location.mutable_position() = at;
        auto news = trips_.located(location, now_);
        for (const auto& near : news.near) desk_.run([&](Transaction& tx) { trips_.announce(tx, near); });
        return news;
    }
    void die_and_come_back() {
        trips_ = Trips();
        desk_.run([&](Transaction& tx) { trips_.refresh(tx); });
    }
    std::vector<v1::Zone> zones(const std::string& order) {
        std::vector<v1::Zone> zones;
        for (const auto& said : desk_.said("order/near/" + order))
            zones.push_back(said.as<v1::OrderNear>().zone());
        return zones;
    }

    std::int64_t now_ = 1'000'000;
    Desk desk_{"dray-tracking", tracking::kMigrations};
    Trips trips_;
};

TEST_F(TripsTest, ACustomerSeesTheVehicleThatCarriesTheOrderAndNoOther) {
    award("o1", "v1");
    EXPECT_TRUE(fix("v2", kRamp).updates.empty());
    const auto updates = fix("v1", kRamp).updates;
    ASSERT_EQ(updates.size(), 1U);
    EXPECT_EQ(updates[0].header().order_id(), "o1");
    EXPECT_EQ(updates[0].vehicle_id(), "v1");
    EXPECT_GT(updates[0].eta_seconds(), 0U);
    award("o1", "v2", 2);
    EXPECT_TRUE(fix("v1", kRamp).updates.empty());
    EXPECT_EQ(fix("v2", kRamp).updates.size(), 1U);
}

TEST_F(TripsTest, TheArrivalIsEstimatedFromThePaceSoFar) {
    award("o1", "v1");
    carries("v1", "o1");
    std::uint32_t eta = 0;
    for (int second = 0; second < 60; ++second)
        eta = fix("v1", south_of_the_door(6000 - 20 * second)).updates.at(0).eta_seconds();
    // 4,820 m as the crow flies, 1.35 times that by street, at 20 m/s.
    EXPECT_NEAR(eta, 325, 5);
}

TEST_F(TripsTest, ADeathLosesNoTrip) {
    award("o1", "v1");
    die_and_come_back();
    EXPECT_EQ(fix("v1", kRamp).updates.size(), 1U);
    desk_.run([&](Transaction& tx) { trips_.ended(tx, "o1"); });
    die_and_come_back();
    EXPECT_TRUE(fix("v1", kRamp).updates.empty());
}

TEST_F(TripsTest, EachZoneIsAnnouncedOnceAlsoAfterADeath) {
    award("o1", "v1");
    fix("v1", south_of_the_door(100));
    EXPECT_TRUE(zones("o1").empty()) << "it does not have the order yet";
    carries("v1", "o1");
    fix("v1", south_of_the_door(tracking::kArrivingMetres + 10));
    EXPECT_TRUE(zones("o1").empty());
    fix("v1", south_of_the_door(tracking::kArrivingMetres - 10));
    die_and_come_back();
    carries("v1", "o1");
    EXPECT_EQ(fix("v1", south_of_the_door(300)).updates.at(0).zone(), v1::ZONE_ARRIVING);
    fix("v1", south_of_the_door(10));
    fix("v1", south_of_the_door(300));
    fix("v1", south_of_the_door(10));
    EXPECT_EQ(zones("o1"), (std::vector{v1::ZONE_ARRIVING, v1::ZONE_AT_THE_DOOR}));
}

TEST_F(TripsTest, AnAnnouncementThatWasNotCommittedIsMadeAgain) {
    award("o1", "v1");
    carries("v1", "o1");
    v1::Location location;
    location.set_vehicle_id("v1");
    *location.mutable_position() = kDoor;
    EXPECT_EQ(trips_.located(location, now_).near.size(), 1U);  // and then it dies
    die_and_come_back();
    carries("v1", "o1");
    fix("v1", kDoor);
    EXPECT_EQ(zones("o1"), std::vector{v1::ZONE_AT_THE_DOOR});
}

TEST_F(TripsTest, OrdersInOneVehicleAreShownToTheirCustomersEach) {
    award("o1", "v1");
    award("o2", "v1");
    EXPECT_EQ(fix("v1", kRamp).updates.size(), 2U);
    desk_.run([&](Transaction& tx) { trips_.ended(tx, "o1"); });
    ASSERT_EQ(fix("v1", kRamp).updates.size(), 1U);
    EXPECT_EQ(fix("v1", kRamp).updates[0].header().order_id(), "o2");
}

TEST_F(TripsTest, WhoLeavesTheWayIsReportedOnceUntilBackOnIt) {
    award("o1", "v1");
    carries("v1", "o1");
    int reports = 0;
    for (const double metres : {6000, 5000, 5900, 6900, 7100, 8000, 5000, 7100})
        reports += static_cast<int>(fix("v1", south_of_the_door(metres)).off_route.size());
    EXPECT_EQ(reports, 2);
    const auto alert = fix("v1", south_of_the_door(5000));
    EXPECT_TRUE(alert.off_route.empty());
}

TEST_F(TripsTest, WhoLeavesTheWayThatWasAnnouncedIsReportedOnceUntilBackOnIt) {
    award("o1", "v1");
    v1::VehicleStatus status = event_of<v1::VehicleStatus>("o1");
    status.set_vehicle_id("v1");
    status.set_state(v1::VEHICLE_STATE_TO_PICK_UP);
    status.mutable_header()->set_occurred_at_ms(now_ + 5000);
    // East, then north: straight to the door it would be off its way.
    for (const auto& corner : {kRamp, make_position(41.80, -87.5), make_position(41.90, -87.5)})
        *status.add_way() = corner;
    trips_.vehicle_reports(status);
    const auto off = make_position(41.85, -87.5 - 0.003);  // 248 m
    const auto on = make_position(41.85, -87.5 - 0.001);
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(fix("v1", off).off_route.empty()) << "before it said so";
    std::vector<std::string> texts;
    for (const auto& at : {off, off, on, off, off, off, off, on, off, off, off}) {
        for (const auto& alert : fix("v1", at).off_route) texts.push_back(alert.text());
    }
    EXPECT_EQ(texts, (std::vector<std::string>(2, "248 m off the way it was to take")));
    carries("v1", "o1");  // and says no more where it means to go
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(fix("v1", off).off_route.empty());
}

TEST_F(TripsTest, OneThatStandsByKnowsWhatTheOtherHasWritten) {
    Trips standby;
    const auto seen_by_standby = [&] {
        desk_.run([&](Transaction& tx) { standby.refresh(tx); });
        now_ += 1000;
        v1::Location location;
        location.set_vehicle_id("v1");
        location.set_time_ms(now_);
        *location.mutable_position() = kRamp;
        return standby.located(location, now_).updates.size();
    };
    EXPECT_EQ(seen_by_standby(), 0U);
    award("o1", "v1");
    award("o2", "v1");
    EXPECT_EQ(seen_by_standby(), 2U);
    desk_.run([&](Transaction& tx) { trips_.ended(tx, "o1"); });
    EXPECT_EQ(seen_by_standby(), 1U);
    award("o2", "v2", 2);
    EXPECT_EQ(seen_by_standby(), 0U);
}

TEST_F(TripsTest, OfSeveralInstancesOneIsActiveUntilItIsSilent) {
    service::ActiveInstance first("tracking");
    service::ActiveInstance second("tracking-2");
    const auto renew = [&](service::ActiveInstance& instance) {
        desk_.run([&](Transaction& tx) { instance.renew(tx, now_); });
        return instance.is_us();
    };
    EXPECT_TRUE(renew(first));
    EXPECT_FALSE(renew(second));
    now_ += service::ActiveInstance::kLeaseMs;
    EXPECT_FALSE(renew(second));
    now_ += 1;
    EXPECT_TRUE(renew(second));
    EXPECT_FALSE(renew(first));
}

class PatrolTest : public ::testing::Test {
  protected:
    PatrolTest() {
        tracking::StreetSpeeds speeds;
        speeds.add(kRamp, kDoor, "street");  // 8.9 m/s
        speeds.add(make_position(41.85, -87.61), make_position(41.85, -87.59), "motorway");
        patrol_.emplace(std::move(speeds));
    }
    bool alerts(double speed_mps, const v1::Position& at) {
        v1::Location fix;
        fix.set_vehicle_id("v1");
        fix.set_speed_mps(static_cast<float>(speed_mps));
        *fix.mutable_position() = at;
        return patrol_->speeding(fix).has_value();
    }
    const v1::Position street_ = make_position(41.82, -87.6);
    std::optional<tracking::Patrol> patrol_;
};

TEST_F(PatrolTest, SpeedingIsReportedOnceItLasts) {
    EXPECT_FALSE(alerts(15, street_));
    EXPECT_FALSE(alerts(15, street_));
    EXPECT_TRUE(alerts(15, street_));
    EXPECT_FALSE(alerts(15, street_)) << "it goes on";
    EXPECT_FALSE(alerts(8, street_));
    EXPECT_FALSE(alerts(15, street_));
    EXPECT_FALSE(alerts(15, street_));
    EXPECT_TRUE(alerts(15, street_)) << "it begins anew";
}

TEST_F(PatrolTest, WhatIsFastOnAStreetIsNotOnAMotorwayNorWhereThereIsNoStreet) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_FALSE(alerts(25, make_position(41.85, -87.595)));
        EXPECT_FALSE(alerts(25, make_position(41.85, -87.6))) << "below it";
        EXPECT_FALSE(alerts(25, make_position(41.82, -87.55)));
        EXPECT_FALSE(alerts(10.9, street_)) << "within a quarter";
    }
}

TEST(StreetSpeeds, AFileThatIsNotThereIsNamed) {
    try {
        tracking::StreetSpeeds::load("/nowhere");
        FAIL() << "loaded";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("/nowhere/streets.json"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace dray::testing
