// Dispatch at a desk, in the little town: vehicles and customers say things, the clock is moved by hand.
//
//   offer("o1"); bid("o1", "v1"); EXPECT_EQ(command("v1"), "deliver 1");
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "desk.h"
#include "services/logistics/dispatch.h"
#include "services/logistics/records.h"

namespace dray::testing {

using service::Transaction;

constexpr std::int64_t kSecond = 1000;

class DispatchTest : public ::testing::Test {
  protected:
    static logistics::Dispatch::Options options() {
        return {.wave_ms = 60 * kSecond,
                .deadline_ms = 600 * kSecond,
                .lease_ms = 600 * kSecond,
                .leg_ms = 1200 * kSecond,
                .offline_grace_ms = 0,
                .bid_window_ms = 0};
    }

    void offer(const std::string& order, std::int64_t expires_in_ms = 60 * kSecond) {
        auto event = event_of<v1::ShipmentOffer>(order);
        event.mutable_header()->set_occurred_at_ms(now_);
        event.set_epoch(1);
        event.set_zip("10002");
        event.set_expires_at_ms(now_ + expires_in_ms);
        desk_.deliver<v1::ShipmentOffer>(event,
                                         [&](Transaction& tx, const auto& e) { dispatch_->offered(tx, e); });
    }
    void bid(const std::string& order, const std::string& vehicle, std::uint32_t epoch = 1,
             std::uint32_t eta_seconds = 60) {
        auto event = event_of<v1::Bid>(order);
        event.set_epoch(epoch);
        event.set_vehicle_id(vehicle);
        event.set_bid_id("bid-" + vehicle);
        event.set_eta_seconds(eta_seconds);
        take(event);
    }
    void take(const v1::Bid& bid) {
        desk_.run([&](Transaction& tx) {
            tx.answer_to(bid.header());
            dispatch_->bid(tx, bid);
        });
    }
    void report(const std::string& vehicle, v1::VehicleState state, const std::string& delivered = "",
                std::uint32_t epoch = 1, const std::string& zip = "") {
        auto event = event_of<v1::VehicleStatus>(delivered);
        event.set_zip(zip);
        event.set_vehicle_id(vehicle);
        event.set_state(state);
        event.set_epoch(epoch);
        event.set_delivered(!delivered.empty());
        event.set_capacity(capacity_);
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
        event.set_capacity(capacity_);
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

    void restart(const logistics::Dispatch::Options& options) {
        dispatch_.emplace(options, town_, [this] { return now_; });
    }

    std::int64_t now_ = 1'000'000 * kSecond;
    std::uint32_t capacity_ = 0;
    service::ZipMap town_ = little_town();
    Desk desk_{"dray-logistics", logistics::kMigrations};
    std::optional<logistics::Dispatch> dispatch_{std::in_place, options(), town_, [this] { return now_; }};
};

}  // namespace dray::testing
