// What has happened to the fleet so far, in figures, and how long orders took.
//
//   offer heard first ----> award ----> delivered
//        time to award   time to deliver            by the clock
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "fleet/fleet.h"
#include "program/durations.h"

namespace dray::program {

struct FleetFigures {
    std::uint32_t vehicles = 0;
    std::uint32_t idle = 0;
    std::uint32_t assigned = 0;
    std::uint32_t refuelling = 0;
    std::uint32_t broken_down = 0;
    std::uint32_t off_duty = 0;
    std::uint64_t offers = 0;
    std::uint64_t bids = 0;
    std::uint64_t won = 0;
    std::uint64_t lost = 0;
    std::uint64_t revoked = 0;
    std::uint64_t delivered = 0;
    std::uint64_t breakdowns = 0;
    std::uint64_t refuellings = 0;
    std::uint64_t fixes = 0;
    std::uint64_t fixes_kept = 0;  // of them those that could not be sent at once
    std::uint64_t fixes_lost = 0;  // of those the ones that there was no room to keep
    std::uint64_t malformed = 0;   // messages that were not what the contract says
    std::uint64_t late_ticks = 0;  // fiftieths of a second's work skipped: this process could not keep up
    Durations time_to_award{};
    Durations time_to_deliver{};
};

// What every vehicle does at the moment.
void count_activities(const fleet::Fleet& fleet, FleetFigures& figures);

class Journal {
  public:
    FleetFigures& figures() { return figures_; }
    const FleetFigures& figures() const { return figures_; }

    void heard(const fleet::Offer& offer, Instant now) {
        if (orders_.size() >= kOrdersMax) return;
        orders_.try_emplace(offer.order_id, Order{.offered_at = now, .expires_at = offer.expires_at});
    }
    void awarded(const std::string& order_id, Instant now) {
        ++figures_.won;
        const auto found = orders_.find(order_id);
        Order& order = found == orders_.end() ? orders_[order_id] : found->second;
        if (found != orders_.end()) figures_.time_to_award.add(now - order.offered_at);
        order.awarded_at = now;
        order.awarded = true;
    }
    void revoked(const std::string& order_id) {
        ++figures_.revoked;
        orders_.erase(order_id);
    }
    void says(const fleet::Report& report, Instant now) {
        if (report.activity == fleet::Activity::kBrokenDown) ++figures_.breakdowns;
        if (report.activity == fleet::Activity::kRefuelling) ++figures_.refuellings;
        if (!report.delivered) return;
        ++figures_.delivered;
        const auto found = orders_.find(report.order_id);
        if (found == orders_.end()) return;
        if (found->second.awarded) figures_.time_to_deliver.add(now - found->second.awarded_at);
        orders_.erase(found);
    }
    // Forgets offers that nobody of this fleet has won. To be called now and then.
    void sweep(Instant now) {
        std::erase_if(orders_, [&](const auto& entry) {
            return !entry.second.awarded && entry.second.expires_at + kAwardLate < now;
        });
    }

  private:
    static constexpr std::size_t kOrdersMax = 1'000'000;
    static constexpr std::chrono::seconds kAwardLate{30};
    struct Order {
        Instant offered_at{};
        Instant expires_at{};
        Instant awarded_at{};
        bool awarded = false;
    };
    FleetFigures figures_{};
    std::unordered_map<std::string, Order> orders_;
};

}  // namespace dray::program
