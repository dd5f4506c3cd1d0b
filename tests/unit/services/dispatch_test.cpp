#include "services/logistics/dispatch.h"

#include "dispatch_desk.h"

namespace dray::testing {
namespace {

TEST_F(DispatchTest, TheFirstBidWinsAndTheOthersAreTold) {
    offer("o1");
    bid("o1", "v1");
    bid("o1", "v2");
    EXPECT_EQ(command("v1"), "deliver 1");
    EXPECT_EQ(command("v2"), "lost 1");
    ASSERT_EQ(desk_.said("order/award/o1").size(), 1U);
    EXPECT_EQ(desk_.said("order/award/o1")[0].as<v1::Award>().vehicle_id(), "v1");
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM awards"), 1);
}

TEST_F(DispatchTest, ThoseWhoWereSlowerCostNoRow) {
    offer("o1");
    bid("o1", "v1");
    const std::string rows = "SELECT (SELECT COUNT(*) FROM inbox) + (SELECT COUNT(*) FROM outbox)";
    const auto before = desk_.count(rows);
    for (int i = 2; i < 20; ++i) bid("o1", "v" + std::to_string(i));
    EXPECT_EQ(command("v19"), "lost 1");
    EXPECT_EQ(desk_.count(rows), before) << "the award would wait behind them";
}

TEST_F(DispatchTest, AllWhoHeardTheOfferAreToldThatItIsTaken) {
    offer("o1");
    EXPECT_TRUE(desk_.said("order/ship/+/o1/taken").empty());
    bid("o1", "v1");
    ASSERT_EQ(desk_.said("order/ship/10002/o1/taken").size(), 1U);
    EXPECT_EQ(desk_.said("order/ship/10002/o1/taken")[0].as<v1::OfferTaken>().epoch(), 1U);
    offer("o2", -1);
    tick();
    bid("o2", "v2");
    EXPECT_EQ(desk_.said("order/ship/10001/o2/taken").size(), 1U) << "the neighbours were asked";
    EXPECT_EQ(desk_.said("order/ship/10003/o2/taken").size(), 1U);
    EXPECT_TRUE(desk_.said("order/ship/10002/o2/taken").empty());
}

TEST_F(DispatchTest, ABidThatComesAgainChangesNothing) {
    offer("o1");
    offer("o2");
    bid("o1", "v1");
    auto refused = event_of<v1::Bid>("o2");
    refused.set_epoch(1);
    refused.set_vehicle_id("v1");
    take(refused);
    EXPECT_EQ(command("v1"), "lost 1") << "no room";
    report("v1", v1::VEHICLE_STATE_IDLE, "o1");
    take(refused);
    EXPECT_EQ(state("o2"), "open");
}

TEST_F(DispatchTest, TheWinnersRetryGetsTheSameAwardAgain) {
    offer("o1");
    bid("o1", "v1");
    bid("o1", "v2");
    bid("o1", "v1");
    EXPECT_EQ(command("v1"), "deliver 1");
    EXPECT_EQ(desk_.said("vehicle/v1/command").size(), 2U);
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM awards"), 1);
}

TEST_F(DispatchTest, AnOrderCancelledOnTheRoadIsTakenFromItsVehicle) {
    offer("o1");
    bid("o1", "v1");
    cancel("o1");
    EXPECT_EQ(command("v1"), "revoke 1");
    EXPECT_EQ(state("o1"), "cancelled");
    report("v1", v1::VEHICLE_STATE_IDLE, "o1");  // too late
    EXPECT_TRUE(desk_.said("order/delivered/+").empty());
    ASSERT_EQ(desk_.said("order/cancelled/o1").size(), 1U);
    EXPECT_EQ(desk_.said("order/cancelled/o1")[0].as<v1::OrderCancelled>().reason(), "changed my mind");
}

TEST_F(DispatchTest, AtTheDoorItIsTooLateToCancel) {
    offer("o1");
    bid("o1", "v1");
    report("v1", v1::VEHICLE_STATE_IDLE, "o1");
    cancel("o1");
    EXPECT_EQ(state("o1"), "delivered");
    EXPECT_TRUE(desk_.said("order/cancelled/+").empty());
}

TEST_F(DispatchTest, ACancelThatOvertakesTheOfferWaitsForIt) {
    cancel("o1");
    EXPECT_TRUE(desk_.said("order/cancelled/+").empty()) << "inventory may have it still";
    offer("o1");
    bid("o1", "v1");
    EXPECT_EQ(command("v1"), "lost 1");
    EXPECT_EQ(desk_.said("order/cancelled/o1").size(), 1U);
}

TEST_F(DispatchTest, APickUpIsToldOnceAndOnlyOfTheVehicleThatHasTheOrder) {
    offer("o1");
    bid("o1", "v1");
    carries("v2", "o1", 1);
    carries("v1", "o1", 2);
    EXPECT_TRUE(desk_.said("order/picked-up/+").empty());
    carries("v1", "o1", 1);
    carries("v1", "o1", 1);
    ASSERT_EQ(desk_.said("order/picked-up/o1").size(), 1U);
    EXPECT_EQ(desk_.said("order/picked-up/o1")[0].as<v1::OrderPickedUp>().vehicle_id(), "v1");
}

TEST_F(DispatchTest, AVehicleCarriesOneOrderAtATime) {
    offer("o1");
    offer("o2");
    bid("o1", "v1");
    bid("o2", "v1");
    EXPECT_EQ(command("v1"), "lost 1");
    EXPECT_EQ(state("o2"), "open");
    bid("o2", "v2");
    EXPECT_EQ(command("v2"), "deliver 1");
}

TEST_F(DispatchTest, ABidAfterTheExpiryIsNotConsidered) {
    offer("o1", -1);
    bid("o1", "v1");
    EXPECT_EQ(command("v1"), "lost 1");
    EXPECT_EQ(state("o1"), "open");
}

TEST_F(DispatchTest, ABidForAnotherEpochIsNotConsidered) {
    offer("o1");
    bid("o1", "v1", 2);
    EXPECT_EQ(command("v1"), "lost 2");
    EXPECT_EQ(state("o1"), "open");
}

TEST_F(DispatchTest, ASilentZipIsOfferedToItsNeighbours) {
    offer("o1", -1);
    tick();
    EXPECT_EQ(desk_.said("order/ship/10001/o1").size(), 1U);
    EXPECT_EQ(desk_.said("order/ship/10003/o1").size(), 1U);
    EXPECT_TRUE(desk_.said("order/ship/10002/o1").empty());
    const auto repeated = desk_.said("order/ship/10001/o1")[0].as<v1::ShipmentOffer>();
    EXPECT_EQ(repeated.attempt(), 1U);
    EXPECT_EQ(repeated.epoch(), 1U);
    EXPECT_EQ(repeated.zip(), "10002");
    tick();  // the new wave still stands
    EXPECT_EQ(desk_.said("order/ship/+/o1").size(), 2U);
}

TEST_F(DispatchTest, WhereFewAreFreeThoseAroundAreAskedAtOnce) {
    report("v1", v1::VEHICLE_STATE_IDLE, "", 1, "10002");
    report("v2", v1::VEHICLE_STATE_IDLE, "", 1, "10004");  // two steps from 10002
    tick();
    offer("o1");
    ASSERT_EQ(desk_.said("order/ship/+/o1").size(), 1U);
    EXPECT_EQ(desk_.said("order/ship/10004/o1").size(), 1U);
    bid("o1", "v1");
    EXPECT_EQ(command("v1"), "deliver 1") << "the zip's own were asked in the same epoch";
}

TEST_F(DispatchTest, WhereManyAreFreeTheyAreAskedAlone) {
    for (int i = 0; i < 8; ++i) report("v" + std::to_string(i), v1::VEHICLE_STATE_IDLE, "", 1, "10002");
    report("v8", v1::VEHICLE_STATE_IDLE, "", 1, "10001");
    tick();
    offer("o1");
    EXPECT_TRUE(desk_.said("order/ship/+/o1").empty());
}

TEST_F(DispatchTest, WhereManyAreFreeTheZipIsAskedAgainBeforeItsNeighbours) {
    auto brief = options();
    brief.wave_ms = -1;
    restart(brief);
    for (int i = 0; i < 16; ++i) report("v" + std::to_string(i), v1::VEHICLE_STATE_IDLE, "", 1, "10002");
    report("v16", v1::VEHICLE_STATE_IDLE, "", 1, "10001");
    offer("o1", -1);
    tick();
    EXPECT_EQ(desk_.said("order/ship/10002/o1").size(), 1U);
    EXPECT_TRUE(desk_.said("order/ship/10001/o1").empty());
    tick();
    EXPECT_EQ(desk_.said("order/ship/10002/o1").size(), 1U);
    EXPECT_EQ(desk_.said("order/ship/10001/o1").size(), 1U);
}

TEST_F(DispatchTest, NoMoreOffersAreInTheAirThanVehiclesAreFree) {
    for (int i = 0; i < 30; ++i) offer("o" + std::to_string(i), -1);
    for (int i = 0; i < 12; ++i) report("v" + std::to_string(i), v1::VEHICLE_STATE_IDLE);
    tick();
    tick();
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM orders WHERE attempt > 0"), 12);
}

TEST_F(DispatchTest, ATickAsksALimitedNumberOfVehicles) {
    for (int i = 0; i < 60; ++i) offer("o" + std::to_string(i), -1);
    for (int i = 0; i < 60; ++i) report("v" + std::to_string(i), v1::VEHICLE_STATE_IDLE, "", 1, "10001");
    tick();
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM orders WHERE attempt > 0"), 33)
        << "60 vehicles each, and two zips";
    tick();
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM orders WHERE attempt > 0"), 60);
}

TEST_F(DispatchTest, WaitingOrdersTakeTurns) {
    auto brief = options();
    brief.wave_ms = -1;
    restart(brief);
    for (int i = 0; i < 15; ++i) offer("o" + std::to_string(i), -1000 + i);
    for (int i = 0; i < 3; ++i) tick();  // five at a time, as no vehicle is known to be free
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM orders WHERE attempt = 1"), 15);
}

TEST_F(DispatchTest, RingsWithoutAFreeVehicleArePassedOver) {
    offer("o1", -1);
    auto far = event_of<v1::VehicleStatus>("");
    far.set_vehicle_id("v1");
    far.set_state(v1::VEHICLE_STATE_IDLE);
    far.set_zip("10004");  // two steps from 10002
    desk_.deliver<v1::VehicleStatus>(
        far, [&](Transaction& tx, const auto& e) { dispatch_->vehicle_reports(tx, e); });
    tick();
    ASSERT_EQ(desk_.said("order/ship/+/o1").size(), 1U);
    EXPECT_EQ(desk_.said("order/ship/10004/o1").size(), 1U);
}

TEST_F(DispatchTest, AnOrderThatNobodyTakesIsCancelledAtItsDeadline) {
    auto impatient = options();
    impatient.deadline_ms = -1;
    restart(impatient);
    offer("o1", -1);
    tick();
    EXPECT_EQ(state("o1"), "cancelled");
    EXPECT_EQ(desk_.said("order/cancelled/o1").size(), 1U);
    bid("o1", "v1");
    EXPECT_EQ(command("v1"), "lost 1");
}

TEST_F(DispatchTest, ADeliveryEndsTheOrderAndFreesTheVehicle) {
    offer("o1");
    bid("o1", "v1");
    report("v1", v1::VEHICLE_STATE_IDLE, "o1");
    EXPECT_EQ(state("o1"), "delivered");
    EXPECT_EQ(desk_.said("order/delivered/o1").size(), 1U);
    offer("o2");
    bid("o2", "v1");
    EXPECT_EQ(command("v1"), "deliver 1");
    EXPECT_EQ(state("o2"), "awarded");
}

TEST_F(DispatchTest, OnlyTheWinnerOfTheEpochCanDeliver) {
    offer("o1");
    bid("o1", "v1");
    report("v2", v1::VEHICLE_STATE_IDLE, "o1");
    report("v1", v1::VEHICLE_STATE_IDLE, "o1", 2);
    EXPECT_EQ(state("o1"), "awarded");
}

TEST_F(DispatchTest, AWinnerThatGoesOfflineLosesTheOrderToTheNextEpoch) {
    offer("o1");
    bid("o1", "v1");
    report("v1", v1::VEHICLE_STATE_OFFLINE);
    tick();
    EXPECT_EQ(command("v1"), "revoke 1");
    EXPECT_EQ(state("o1"), "open");
    bid("o1", "v1", 2);  // not again
    EXPECT_EQ(command("v1"), "lost 2");
    bid("o1", "v2", 1);  // fenced off
    EXPECT_EQ(command("v2"), "lost 1");
    bid("o1", "v2", 2);
    EXPECT_EQ(command("v2"), "deliver 2");
    report("v1", v1::VEHICLE_STATE_IDLE, "o1", 1);
    EXPECT_EQ(state("o1"), "awarded");
    report("v2", v1::VEHICLE_STATE_IDLE, "o1", 2);
    EXPECT_EQ(state("o1"), "delivered");
}

TEST_F(DispatchTest, AnOrderCancelledByOthersTakesTheVehicleBack) {
    offer("o1");
    bid("o1", "v1");
    desk_.deliver<v1::OrderCancelled>(event_of<v1::OrderCancelled>("o1"),
                                      [&](Transaction& tx, const auto& e) { dispatch_->cancelled(tx, e); });
    EXPECT_EQ(command("v1"), "revoke 1");
    EXPECT_EQ(state("o1"), "cancelled");
    report("v1", v1::VEHICLE_STATE_IDLE, "o1");
    EXPECT_EQ(state("o1"), "cancelled");
}

TEST_F(DispatchTest, AnOfferThatComesAfterTheCancellationGoesNoFurther) {
    desk_.deliver<v1::OrderCancelled>(event_of<v1::OrderCancelled>("o1"),
                                      [&](Transaction& tx, const auto& e) { dispatch_->cancelled(tx, e); });
    offer("o1");
    bid("o1", "v1");
    EXPECT_EQ(command("v1"), "lost 1");
}

}  // namespace
}  // namespace dray::testing
