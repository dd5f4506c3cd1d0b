#include "services/logistics/dispatch.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "services/logistics/held_bids.h"
#include "services/logistics/messages.h"

namespace dray::logistics {
namespace {

using service::Transaction;

// Offers in the air at a time where no vehicle is known to be free: one may be, unheard of.
constexpr int kBlindOffers = 5;
// Of fewer than so many it may well be that none wants the order.
constexpr int kAskedMin = 8;
// ... and of twice as many after each wave that nobody answered.
constexpr int kDoublingsMax = 10;
// An offer is a message to every vehicle of its ring: ten thousands of them at once would hold up the bids
// that answer them.
constexpr int kOfferMessagesPerTickMax = 2000;
constexpr int kOffersPerTickMax = 100;

bool is_retry(const v1::Bid& bid, const ActiveAward& winner) {
    return winner.vehicle_id == bid.vehicle_id() && winner.epoch == static_cast<int>(bid.epoch());
}

}  // namespace

// Takes the order from whoever drives it or hopes to.
void Dispatch::close(Transaction& tx, OpenOrder order, const std::string& reason) {
    if (const auto winner = active_award_of_order(tx, order.id)) {
        end_award(tx, *winner, "revoked", clock_());
        tell_revoked(tx, *winner, reason);
    }
    for (const auto& bid : take_held_bids(tx, order))
        tell_loser(tx, bid.vehicle_id, static_cast<std::uint32_t>(bid.epoch));
    order.state = "cancelled";
    order.decide_at = 0;
    update_order(tx, order);
}

// ... and says so: for an order that ends here.
void Dispatch::cancel_order(Transaction& tx, const OpenOrder& order, const std::string& reason) {
    close(tx, order, reason);
    v1::OrderCancelled cancelled;
    cancelled.set_reason(reason);
    tx.publish("order/cancelled/" + order.id, cancelled);
}

void Dispatch::offered(Transaction& tx, const v1::ShipmentOffer& offer) {
    const auto& id = offer.header().order_id();
    if (const auto known = find_order(tx, id)) {
        if (known->state == "cancel_asked") cancel_order(tx, *known, known->reason);
        return;  // else one of our own repeated offers, or cancelled before it came
    }
    OpenOrder order{.id = id, .zip = offer.zip(), .state = "open"};
    order.epoch = static_cast<int>(offer.epoch());
    order.offered_at = order.first_offered_at = offer.header().occurred_at_ms();
    order.expires_at = offer.expires_at_ms();
    order.deadline = clock_() + options_.deadline_ms;
    order.pick_up = offer.pick_up();
    order.drop_off = offer.drop_off();
    order.cause = offer.header();
    insert_order(tx, order);
    ask_around(tx, std::move(order));
}

void Dispatch::ask_around(Transaction& tx, OpenOrder order) {
    if (free_.empty() || free_in(order.zip) >= kAskedMin) return;
    order.attempt = next_attempt(order);
    if (order.attempt <= kRingMax) offer_again(tx, std::move(order), clock_());
}

void Dispatch::bid(Transaction& tx, const v1::Bid& bid) {
    auto order = find_order(tx, bid.header().order_id());
    if (order && order->state == "awarded") {
        const auto winner = active_award_of_order(tx, order->id);
        if (winner && is_retry(bid, *winner)) return tell_winner(tx, *order, *winner);
    }
    // Of the many who were slower none costs a row.
    if (order && (order->state != "open" || static_cast<int>(bid.epoch()) < order->epoch))
        return tell_loser(tx, bid.vehicle_id(), bid.epoch());
    if (!tx.first_time(bid.header())) return;
    const auto now = clock_();
    const bool in_time = order && static_cast<int>(bid.epoch()) == order->epoch && now <= order->expires_at;
    if (!in_time || !may_carry(tx, *order, bid.vehicle_id()))
        return tell_loser(tx, bid.vehicle_id(), bid.epoch());
    if (options_.bid_window_ms == 0) return award(tx, *order, {bid.vehicle_id(), bid.bid_id(), order->epoch});
    hold_bid(tx, bid, now);
    if (order->decide_at > 0) return;
    order->decide_at = std::min<long long>(now + options_.bid_window_ms, order->expires_at);
    update_order(tx, *order);
}

bool Dispatch::may_carry(Transaction& tx, const OpenOrder& order, const std::string& vehicle_id) const {
    return free_slot(tx, vehicle_id) && !was_revoked(tx, order.id, vehicle_id);
}

void Dispatch::award(Transaction& tx, OpenOrder order, const HeldBid& bid) {
    const ActiveAward winner{.order_id = order.id,
                             .epoch = order.epoch,
                             .vehicle_id = bid.vehicle_id,
                             .bid_id = bid.bid_id,
                             .slot = free_slot(tx, bid.vehicle_id).value()};
    insert_award(tx, order, winner, clock_());
    order.state = "awarded";
    order.decide_at = 0;
    update_order(tx, order);
    publish_award(tx, order, winner);
    tell_winner(tx, order, winner);
    for (const auto& zip : ring_of(order)) tell_taken(tx, winner, zip);
    spdlog::debug("{} epoch {}: {}", order.id, order.epoch, winner.vehicle_id);
}

void Dispatch::close_windows(Transaction& tx) {
    for (auto& order : orders_to_decide(tx, clock_())) {
        tx.answer_to(order.cause);
        order.decide_at = 0;
        update_order(tx, order);
        bool is_open = true;
        for (const auto& bid : take_held_bids(tx, order)) {
            if (is_open && may_carry(tx, order, bid.vehicle_id)) {
                award(tx, order, bid);
                is_open = false;
            } else {
                tell_loser(tx, bid.vehicle_id, static_cast<std::uint32_t>(bid.epoch));
            }
        }
    }
}

void Dispatch::vehicle_reports(Transaction& tx, const v1::VehicleStatus& status) {
    const auto now = clock_();
    write_vehicle(tx, status, now);
    const bool works =
        status.state() == v1::VEHICLE_STATE_TO_PICK_UP || status.state() == v1::VEHICLE_STATE_TO_CUSTOMER;
    if (works) hear_of_vehicle(tx, status.vehicle_id(), now);
    if (status.state() == v1::VEHICLE_STATE_TO_CUSTOMER) picked_up(tx, status);
    if (status.delivered()) delivered(tx, status);
    if (status.state() == v1::VEHICLE_STATE_BROKEN_DOWN) {
        for (const auto& lost : active_awards_of_vehicle(tx, status.vehicle_id()))
            revoke(tx, lost, "the vehicle has broken down", now);
    }
}

void Dispatch::picked_up(Transaction& tx, const v1::VehicleStatus& status) {
    const auto order = find_order(tx, status.header().order_id());
    const auto winner = active_award_of_order(tx, status.header().order_id());
    if (!order || !winner || winner->vehicle_id != status.vehicle_id() ||
        winner->epoch != static_cast<int>(status.epoch()) || !note_pick_up(tx, *winner)) {
        return;
    }
    begin_leg(tx, winner->vehicle_id, clock_());
    v1::OrderPickedUp event;
    event.set_vehicle_id(winner->vehicle_id);
    event.set_epoch(status.epoch());
    tx.publish("order/picked-up/" + order->id, event, {.repeat_with = order->cause.event_id()});
}

void Dispatch::delivered(Transaction& tx, const v1::VehicleStatus& status) {
    auto order = find_order(tx, status.header().order_id());
    if (!order || order->state != "awarded") return;
    const auto winner = active_award_of_order(tx, order->id);
    // An epoch that was taken away is fenced off: its vehicle cannot deliver for the one that has it now.
    if (!winner || winner->vehicle_id != status.vehicle_id() ||
        winner->epoch != static_cast<int>(status.epoch())) {
        spdlog::warn("{} reports {} of epoch {} delivered, but it is not its order", status.vehicle_id(),
                     order->id, status.epoch());
        return;
    }
    end_award(tx, *winner, "delivered", clock_());
    begin_leg(tx, winner->vehicle_id, clock_());
    order->state = "delivered";
    update_order(tx, *order);
    v1::OrderDelivered event;
    event.set_vehicle_id(winner->vehicle_id);
    event.set_epoch(status.epoch());
    tx.publish("order/delivered/" + order->id, event, {.repeat_with = order->cause.event_id()});
}

void Dispatch::cancel(Transaction& tx, const v1::CancelOrder& command) {
    const auto& id = command.header().order_id();
    const auto order = find_order(tx, id);
    if (!order) {
        // Inventory still has it, or has offered it just now: then the offer finds this row.
        OpenOrder asked{.id = id, .zip = "", .state = "cancel_asked"};
        asked.cause = command.header();
        asked.reason = command.reason();
        return insert_order(tx, asked);
    }
    if (order->state == "open" || order->state == "awarded") cancel_order(tx, *order, command.reason());
}

void Dispatch::cancelled(Transaction& tx, const v1::OrderCancelled& event) {
    const auto& id = event.header().order_id();
    const auto order = find_order(tx, id);
    if (!order) {
        // Cancelled before it was offered: an offer that comes late finds this row and goes no further.
        OpenOrder tombstone{.id = id, .zip = "", .state = "cancelled"};
        tombstone.cause = event.header();
        return insert_order(tx, tombstone);
    }
    if (order->state != "delivered" && order->state != "cancelled") close(tx, *order, event.reason());
}

void Dispatch::connected() {
    listens_since_ = clock_();
}

void Dispatch::tick(Transaction& tx) {
    const auto now = clock_();
    close_windows(tx);
    revoke_lost_awards(tx, now);
    give_up_late_orders(tx, now);
    widen_search(tx, now);
}

void Dispatch::give_up_late_orders(Transaction& tx, std::int64_t now) {
    for (const auto& order : late_orders(tx, now)) {
        tx.answer_to(order.cause);
        cancel_order(tx, order, "no vehicle came forward in time");
    }
}

void Dispatch::widen_search(Transaction& tx, std::int64_t now) {
    free_ = free_vehicles(tx);
    int takers = 0;
    for (const auto& [zip, count] : free_) takers += count;
    const int offers_max =
        std::min(std::max(takers, kBlindOffers) - offers_in_the_air(tx, now), kOffersPerTickMax);
    if (offers_max <= 0) return;
    int messages = 0;
    for (auto& order : expired_orders(tx, now, offers_max)) {
        order.attempt = next_attempt(order);
        for (const auto& zip : ring_of(order)) messages += 1 + free_in(zip);
        offer_again(tx, std::move(order), now);
        if (messages >= kOfferMessagesPerTickMax) return;
    }
}

std::vector<std::string> Dispatch::ring_of(const OpenOrder& order) const {
    auto zips = zips_.ring(order.zip, order.attempt % (kRingMax + 1));
    if (zips.empty()) zips = {order.zip};
    return zips;
}

// A vehicle is in the zip that stands for its area, and hears what is offered in all of that.
int Dispatch::free_in(const std::string& zip) const {
    const auto* known = zips_.find(zip);
    const auto found = free_.find(known == nullptr ? zip : known->lead);
    return found == free_.end() ? 0 : found->second;
}

int Dispatch::next_attempt(const OpenOrder& order) const {
    const int round = order.attempt / (kRingMax + 1) + 1;
    const bool again = order.attempt >= 0 && free_in(order.zip) >= kAskedMin
                                                                       << std::min(round, kDoublingsMax);
    if (again) return round * (kRingMax + 1);
    for (int attempt = order.attempt + 1; attempt <= order.attempt + kRingMax + 1; ++attempt) {
        for (const auto& zip : zips_.ring(order.zip, attempt % (kRingMax + 1))) {
            if (free_in(zip) > 0) return attempt;
        }
    }
    return order.attempt + 1;
}

void Dispatch::offer_again(Transaction& tx, OpenOrder order, std::int64_t now) {
    order.offered_at = now;
    order.expires_at = now + options_.wave_ms;
    update_order(tx, order);
    tx.answer_to(order.cause);
    auto offer = make_offer(order);
    service::complete_header(*offer.mutable_header(), order.cause, "dray-logistics");
    for (const auto& zip : ring_of(order)) tx.tell("order/ship/" + zip + "/" + order.id, offer);
}

void Dispatch::revoke_lost_awards(Transaction& tx, std::int64_t now) {
    // What was said while nobody listened is still to come.
    const bool has_listened = now - listens_since_ >= options_.lease_ms;
    const Patience since{.silent = has_listened ? now - options_.lease_ms : 0,
                         .leg = now - options_.leg_ms,
                         .away = now - options_.offline_grace_ms};
    for (const auto& lost : lost_awards(tx, since)) revoke(tx, lost, "no sign of progress", now);
}

// From one vehicle; it is the first of those that are offered anew, in the next epoch.
void Dispatch::revoke(Transaction& tx, const ActiveAward& lost, const std::string& reason, std::int64_t now) {
    auto order = find_order(tx, lost.order_id);
    if (!order || order->state != "awarded") return;
    spdlog::info("{} has lost {} (epoch {}): {}", lost.vehicle_id, lost.order_id, lost.epoch, reason);
    end_award(tx, lost, "revoked", now);
    tx.answer_to(order->cause);
    tell_revoked(tx, lost, reason);
    order->state = "open";
    order->epoch += 1;
    order->attempt = -1;
    order->expires_at = 0;
    order->deadline = std::max<long long>(order->deadline, now + options_.deadline_ms / 2);
    update_order(tx, *order);
}

}  // namespace dray::logistics
