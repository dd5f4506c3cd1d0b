#include "program/dry_run.h"

#include <algorithm>
#include <chrono>

#include "fleet/chance.h"
#include "program/trip_recorder.h"

namespace dray::program {

using streets::ZipId;

namespace {

constexpr double kStepSeconds = 1;
constexpr double kWatchSeconds = 1;
constexpr std::uint64_t kBusiness = 6;
constexpr std::chrono::seconds kOfferLasts{30};
constexpr double kFromStopMetres = 200;

}  // namespace

DryRun::DryRun(fleet::Fleet& fleet, const Options& options, const ProcessFigures& before,
               TripRecorder* recorder)
    : fleet_(fleet),
      options_(options),
      before_(before),
      recorder_(recorder),
      zips_(fleet::choose_zips(fleet.world().zips(), {})),
      random_(fleet::generator_for(options.scenario.seed, 0, kBusiness)) {
    journal_.figures().vehicles = fleet.size();
}

Snapshot DryRun::run(const std::function<bool(const Snapshot&)>& watch) {
    const auto started = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    };
    double watched = 0;
    while (simulated_s_ < options_.duration_s) {
        begin_round();
        for (std::uint32_t vehicle = 0; vehicle < fleet_.size(); ++vehicle) {
            fleet_[vehicle].advance(fleet_.world(), kStepSeconds, effects_);
            if (!effects_.empty()) carry_out(vehicle, effects_);
            if (recorder_) recorder_->record(vehicle, simulated_s_);
        }
        ring_alarms();
        if (elapsed() - watched < kWatchSeconds) continue;
        watched = elapsed();
        if (!watch(snapshot(watched))) break;
    }
    return snapshot(elapsed());
}

void DryRun::begin_round() {
    fleet_.begin_round(simulated_s_, [this](std::uint32_t vehicle, fleet::Effects& effects) {
        carry_out(vehicle, effects);
    });
    // Orders come at the beginning of the step, drivers think while it lasts.
    place_orders();
    simulated_s_ += kStepSeconds;
}

// --- Orders ---

void DryRun::place_orders() {
    if (options_.scenario.orders_per_hour <= 0) return;
    std::erase_if(open_, [this](const auto& entry) { return entry.second.expires_at < now(); });
    journal_.sweep(now());
    for (; next_order_s_ < simulated_s_;
         next_order_s_ += fleet::exponential(random_, 3600 / options_.scenario.orders_per_hour)) {
        const ZipId zip = zips_[random_.below(zips_.size())];
        const fleet::Offer offer = make_offer(zip);
        open_.emplace(offer.order_id, offer);
        const auto& neighbours = fleet_.world().zips()[zip].neighbours;
        for (std::uint32_t vehicle = 0; vehicle < fleet_.size(); ++vehicle) {
            const ZipId there = fleet_[vehicle].zip();
            if (there != zip && std::find(neighbours.begin(), neighbours.end(), there) == neighbours.end())
                continue;
            if (!fleet_.radio(vehicle) || fleet_.world().conditions().broker_away()) continue;
            ++journal_.figures().offers;
            journal_.heard(offer, now());
            fleet_[vehicle].offer(fleet_.world(), now(), offer, effects_);
            carry_out(vehicle, effects_);
        }
    }
}

// From the zip's first place to somewhere near one of its others.
fleet::Offer DryRun::make_offer(ZipId zip) {
    const auto& plane = fleet_.world().network().plane();
    const auto& stops = fleet_.world().zips()[zip].stops;
    const streets::Point door =
        stops[random_.below(stops.size())] +
        streets::Point{fleet::normal(random_) * kFromStopMetres, fleet::normal(random_) * kFromStopMetres};
    return {.order_id = "order-" + std::to_string(++orders_),
            .zip = fleet_.world().zips()[zip].number,
            .epoch = 1,
            .pick_up = plane.to_degrees(stops.front()),
            .drop_off = plane.to_degrees(door),
            .expires_at = now() + kOfferLasts};
}

void DryRun::ring_alarms() {
    const Instant end{static_cast<std::int64_t>(simulated_s_ * 1000)};
    while (const auto alarm = alarms_.take_due(end)) {
        clock_ = std::max(clock_, alarm->at);
        fleet_[alarm->vehicle].wake(fleet_.world(), now(), effects_);
        carry_out(alarm->vehicle, effects_);
    }
    clock_ = end;
}

void DryRun::carry_out(std::uint32_t vehicle, fleet::Effects& effects) {
    fleet::Effects due;
    due.swap(effects);
    for (const fleet::Effect& effect : due) {
        if (const auto* bid = std::get_if<fleet::PlaceBid>(&effect))
            take_bid(vehicle, *bid);
        else if (const auto* report = std::get_if<fleet::Report>(&effect))
            journal_.says(*report, now());
        else if (const auto* wake = std::get_if<fleet::WakeAt>(&effect))
            alarms_.set(wake->at, vehicle);
    }
}

void DryRun::take_bid(std::uint32_t vehicle, const fleet::PlaceBid& bid) {
    ++journal_.figures().bids;
    const auto order = open_.find(bid.order_id);
    if (order == open_.end()) {
        ++journal_.figures().lost;
        return fleet_[vehicle].bid_lost(bid.order_id, bid.epoch);
    }
    fleet::Effects follows;
    fleet_[vehicle].deliver(fleet_.world(), now(),
                            {.order_id = bid.order_id,
                             .epoch = bid.epoch,
                             .pick_up = order->second.pick_up,
                             .drop_off = order->second.drop_off},
                            follows);
    journal_.awarded(bid.order_id, now());
    open_.erase(order);
    carry_out(vehicle, follows);
}

Snapshot DryRun::snapshot(double elapsed_s) const {
    Snapshot now{.now = this->now(),
                 .elapsed_s = elapsed_s,
                 .simulated_s = simulated_s_,
                 .time_of_day_s = options_.scenario.time_of_day_s + simulated_s_,
                 .speed = elapsed_s > 0 ? simulated_s_ / elapsed_s : 0,
                 .dry_run = true,
                 .fleet = journal_.figures(),
                 .process = process_figures(),
                 .before = before_};
    count_activities(fleet_, now.fleet);
    return now;
}

}  // namespace dray::program
