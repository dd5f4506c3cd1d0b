#include "services/logistics/dispatch.h"

#include <gtest/gtest.h>

#include <optional>

#include "desk.h"
#include "services/logistics/records.h"

namespace dray::testing {
namespace {

using service::now_ms;
using service::Transaction;

constexpr std::int64_t kSecond = 1000;

class DispatchTest : public ::testing::Test {
  protected:
    static logistics::Dispatch::Options options() {
        return {.wave_ms = 60 * kSecond,
                .deadline_ms = 600 * kSecond,
                .lease_ms = 600 * kSecond,
                .offline_grace_ms = 0};
    }

    void offer(const std::string& order, std::int64_t expires_in_ms = 60 * kSecond) {
        auto event = event_of<v1::ShipmentOffer>(order);
        event.set_epoch(1);
        event.set_zip("10002");
        event.set_expires_at_ms(now_ms() + expires_in_ms);
        desk_.deliver<v1::ShipmentOffer>(event,
                                         [&](Transaction& tx, const auto& e) { dispatch_->offered(tx, e); });
    }
    void bid(const std::string& order, const std::string& vehicle, std::uint32_t epoch = 1) {
        auto event = event_of<v1::Bid>(order);
        event.set_epoch(epoch);
        event.set_vehicle_id(vehicle);
        event.set_bid_id("bid-" + vehicle);
        desk_.deliver<v1::Bid>(event, [&](Transaction& tx, const auto& e) { dispatch_->bid(tx, e); });
    }
    void report(const std::string& vehicle, v1::VehicleState state, const std::string& delivered = "",
                std::uint32_t epoch = 1) {
        auto event = event_of<v1::VehicleStatus>(delivered);
        event.set_vehicle_id(vehicle);
        event.set_state(state);
        event.set_epoch(epoch);
        event.set_delivered(!delivered.empty());
        desk_.deliver<v1::VehicleStatus>(
            event, [&](Transaction& tx, const auto& e) { dispatch_->vehicle_reports(tx, e); });
    }
    void cancel(const std::string& order) {
        auto command = event_of<v1::CancelOrder>(order);
        command.set_reason("changed my mind");
        desk_.deliver<v1::CancelOrder>(command,
                                       [&](Transaction& tx, const auto& e) { dispatch_->cancel(tx, e); });
    }
    void carries(const std::string& vehicle, const std::string& order, std::uint32_t epoch) {
        auto event = event_of<v1::VehicleStatus>(order);
        event.set_vehicle_id(vehicle);
        event.set_state(v1::VEHICLE_STATE_TO_CUSTOMER);
        event.set_epoch(epoch);
        desk_.deliver<v1::VehicleStatus>(
            event, [&](Transaction& tx, const auto& e) { dispatch_->vehicle_reports(tx, e); });
    }
    void tick() {
        desk_.run([&](Transaction& tx) { dispatch_->tick(tx); });
    }
    // The newest command to this vehicle: "deliver 1", "lost 1", "revoke 1" or "none".
    std::string command(const std::string& vehicle) {
        const auto said = desk_.said("vehicle/" + vehicle + "/command");
        if (said.empty()) return "none";
        const auto last = said.back().as<v1::VehicleCommand>();
        if (last.has_deliver()) return "deliver " + std::to_string(last.deliver().epoch());
        if (last.has_bid_lost()) return "lost " + std::to_string(last.bid_lost().epoch());
        return "revoke " + std::to_string(last.revoke().epoch());
    }
    std::string state(const std::string& order) {
        std::string state;
        desk_.run([&](Transaction& tx) { state = logistics::find_order(tx, order)->state; });
        return state;
    }

    logistics::Dispatch::Announce announce() {
        return [this](const service::Message& message) {
            announced_.push_back({message.topic, message.payload});
        };
    }
    std::vector<Said> offers(const std::string& filter) const {
        std::vector<Said> found;
        for (const auto& offer : announced_) {
            if (service::topic_matches(filter, offer.topic)) found.push_back(offer);
        }
        return found;
    }

    std::vector<Said> announced_;
    service::ZipMap town_ = little_town();
    Desk desk_{"dray-logistics", logistics::kMigrations};
    std::optional<logistics::Dispatch> dispatch_{std::in_place, options(), town_, announce()};
};

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
    EXPECT_EQ(offers("order/ship/10001/o1").size(), 1U);
    EXPECT_EQ(offers("order/ship/10003/o1").size(), 1U);
    EXPECT_TRUE(offers("order/ship/10002/o1").empty());
    const auto repeated = offers("order/ship/10001/o1")[0].as<v1::ShipmentOffer>();
    EXPECT_EQ(repeated.attempt(), 1U);
    EXPECT_EQ(repeated.epoch(), 1U);
    EXPECT_EQ(repeated.zip(), "10002");
    tick();  // the new wave still stands
    EXPECT_EQ(offers("order/ship/+/o1").size(), 2U);
}

TEST_F(DispatchTest, NoMoreOffersAreInTheAirThanVehiclesAreFree) {
    for (int i = 0; i < 30; ++i) offer("o" + std::to_string(i), -1);
    for (int i = 0; i < 12; ++i) report("v" + std::to_string(i), v1::VEHICLE_STATE_IDLE);
    tick();
    tick();
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM orders WHERE attempt > 0"), 12);
}

TEST_F(DispatchTest, WaitingOrdersTakeTurns) {
    auto brief = options();
    brief.wave_ms = -1;
    dispatch_.emplace(brief, town_, announce());
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
    ASSERT_EQ(offers("order/ship/+/o1").size(), 1U);
    EXPECT_EQ(offers("order/ship/10004/o1").size(), 1U);
}

TEST_F(DispatchTest, AnOrderThatNobodyTakesIsCancelledAtItsDeadline) {
    auto impatient = options();
    impatient.deadline_ms = -1;
    dispatch_.emplace(impatient, town_, announce());
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
