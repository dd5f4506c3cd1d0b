// How a vehicle comes by orders: offers, bids, awards.
#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "fleet/chance.h"
#include "fleet/negotiation.h"

namespace dray::fleet {

using streets::Point;

namespace {

constexpr double kReactionMsMin = 60, kReactionMsMax = 2000;
constexpr double kReactionMsPerMinuteAway = 15;  // who is farther off hesitates longer
constexpr std::chrono::milliseconds kAwardGrace{5000};
// An award is a lease: a vehicle on a long way says now and then that it is still at it.
constexpr std::chrono::seconds kStillAtIt{60};
// What a driver reckons with who has other stops to make first.
constexpr double kStreetsPerCrowMetre = 1.35;
constexpr double kReckonedSpeed = 7;
constexpr double kReckonedStopSeconds = 40;
constexpr double kBidReserveMetres = 5000;

std::chrono::milliseconds reaction(Random& random, const Profile& profile, float eta_seconds) {
    const double thinking = profile.reaction_ms_median * std::exp(profile.reaction_spread * normal(random));
    const double hesitating = kReactionMsPerMinuteAway * static_cast<double>(eta_seconds) / 60;
    return std::chrono::milliseconds(
        std::lround(std::clamp(thinking + hesitating, kReactionMsMin, kReactionMsMax)));
}

Stop stop_for(const World& world, Stop::Kind kind, streets::GeoPoint point, const std::string& order_id) {
    const streets::Place place = world.place_near(point);
    return {kind, place, world.network().point_at(place), order_id};
}

}  // namespace

void Vehicle::NegotiationDeleter::operator()(Negotiation* negotiation) const {
    delete negotiation;
}

void Vehicle::offer(World& world, Instant now, const Offer& offer, Effects& effects) {
    if (now >= offer.expires_at) return;
    if (negotiation_) {
        // The offer came once more, so the bid may not have arrived.
        if (negotiation_->has_bid && negotiation_->order_id == offer.order_id &&
            negotiation_->epoch == offer.epoch)
            place_bid(true, offer.cause, effects);
        return;
    }
    if (!has_room() || has_delivered(offer.order_id, offer.epoch)) return;
    if (tour_ && tour_->find(offer.order_id)) return;
    if (!happens(random_, profile_->willingness)) return;
    float eta_seconds = 0;
    if (!would_suit(world, offer, eta_seconds)) return;
    const Instant decide_at = now + reaction(random_, *profile_, eta_seconds);
    if (decide_at >= offer.expires_at) return;
    negotiation_.reset(new Negotiation{.order_id = offer.order_id,
                                       .zip = offer.zip,
                                       .epoch = offer.epoch,
                                       .eta_seconds = eta_seconds,
                                       .decide_at = decide_at,
                                       .give_up_at = offer.expires_at + kAwardGrace,
                                       .cause = offer.cause});
    effects.emplace_back(WakeAt{decide_at});
}

// Whether the way to the customer can be driven and the tank is full enough for it.
bool Vehicle::would_suit(World& world, const Offer& offer, float& eta_seconds) {
    const Stop pick_up = stop_for(world, Stop::Kind::kPickUp, offer.pick_up, offer.order_id);
    const Stop hand_over = stop_for(world, Stop::Kind::kHandOver, offer.drop_off, offer.order_id);
    const Point here = world.network().point_at(motion_.place);
    Tour tried = tour_ ? *tour_ : Tour{};
    tried.add(pick_up, hand_over, here);
    if (tried.metres(here) * kStreetsPerCrowMetre + kBidReserveMetres > static_cast<double>(range_metres_))
        return false;
    eta_seconds = orders() == 0
                      ? world.estimate_seconds(motion_.place, pick_up.place, hand_over.place)
                      : static_cast<float>(tried.metres_to(offer.order_id, here) * kStreetsPerCrowMetre /
                                               kReckonedSpeed +
                                           kReckonedStopSeconds * static_cast<double>(tried.stops.size()));
    return std::isfinite(eta_seconds);
}

void Vehicle::place_bid(bool again, const Cause& cause, Effects& effects) const {
    effects.emplace_back(PlaceBid{.order_id = negotiation_->order_id,
                                  .zip = negotiation_->zip,
                                  .epoch = negotiation_->epoch,
                                  .eta_seconds = static_cast<std::uint32_t>(negotiation_->eta_seconds),
                                  .again = again,
                                  .cause = cause});
}

void Vehicle::wake(World& world, Instant now, Effects& effects) {
    if (negotiation_ && !negotiation_->has_bid && now >= negotiation_->decide_at) {
        negotiation_->has_bid = true;
        place_bid(false, negotiation_->cause, effects);
        effects.emplace_back(WakeAt{negotiation_->give_up_at});
    } else if (negotiation_ && now >= negotiation_->give_up_at) {
        end_negotiation();
        note_zip(world, effects);
    }
    if (orders() > 0 && now >= tour_->report_at) {
        if (!broken_down()) report(effects);
        effects.emplace_back(WakeAt{tour_->report_at = now + kStillAtIt});
    }
}

void Vehicle::bid_lost(std::string_view order_id, std::uint32_t epoch) {
    if (negotiation_ && negotiation_->order_id == order_id && negotiation_->epoch <= epoch) end_negotiation();
}

void Vehicle::offer_taken(std::string_view order_id, std::uint32_t epoch) {
    if (negotiation_ && !negotiation_->has_bid) bid_lost(order_id, epoch);
}

void Vehicle::end_negotiation() {
    negotiation_.reset();
}

void Vehicle::deliver(World& world, Instant now, const Award& award, Effects& effects) {
    if (Load* known = tour_ ? tour_->find(award.order_id) : nullptr) {
        known->epoch = std::max(known->epoch, award.epoch);
        return report(effects);
    }
    if (has_delivered(award.order_id, award.epoch)) {
        effects.emplace_back(Report{.activity = activity(),
                                    .order_id = award.order_id,
                                    .epoch = award.epoch,
                                    .delivered = true,
                                    .cause = award.cause});
        return;
    }
    // An order it has no room for is answered with what it is doing.
    if (!on_duty_ || broken_down() || orders() >= profile_->capacity) return report(effects);
    if (negotiation_ && negotiation_->order_id == award.order_id) {
        if (award.epoch < negotiation_->epoch) return;
        end_negotiation();
    }
    if (!tour_) tour_ = std::make_unique<Tour>();
    const bool was_empty = tour_->loads.empty();
    tour_->loads.push_back({.order_id = award.order_id, .epoch = award.epoch, .cause = award.cause});
    tour_->add(stop_for(world, Stop::Kind::kPickUp, award.pick_up, award.order_id),
               stop_for(world, Stop::Kind::kHandOver, award.drop_off, award.order_id),
               world.network().point_at(motion_.place));
    if (orders() >= profile_->capacity) end_negotiation();
    if (!tour_->standing) head_for_next_stop(world);
    effects.emplace_back(report_of(tour_->loads.back()));
    if (was_empty) effects.emplace_back(WakeAt{tour_->report_at = now + kStillAtIt});
}

void Vehicle::revoke(World& world, std::string_view order_id, std::uint32_t epoch, const Cause& cause,
                     Effects& effects) {
    if (negotiation_ && negotiation_->order_id == order_id && negotiation_->epoch <= epoch) end_negotiation();
    const Load* load = tour_ ? tour_->find(order_id) : nullptr;
    if (!load || load->epoch > epoch) return;
    const bool was_next = tour_->remove(order_id);
    if (tour_->stops.empty()) {
        become_free(world, effects);
        effects.emplace_back(Report{.activity = activity(), .cause = cause});
        return;
    }
    if (was_next) head_for_next_stop(world);
    report(effects);
}

bool Vehicle::has_delivered(std::string_view order_id, std::uint32_t epoch) const {
    return last_epoch_ >= epoch && last_order_hash_ == std::hash<std::string_view>{}(order_id);
}

Report Vehicle::report_of(const Load& load) const {
    const Activity on_the_way = load.aboard ? Activity::kToCustomer : Activity::kToPickUp;
    return {.activity = broken_down() ? Activity::kBrokenDown : on_the_way,
            .order_id = load.order_id,
            .epoch = load.epoch,
            .cause = load.cause};
}

void Vehicle::report(Effects& effects) const {
    if (orders() == 0) {
        effects.emplace_back(Report{.activity = activity()});
        return;
    }
    for (const Load& load : tour_->loads) effects.emplace_back(report_of(load));
}

}  // namespace dray::fleet
