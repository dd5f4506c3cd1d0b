#include "services/logistics/dispatch.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "services/logistics/records.h"

namespace dray::logistics {
namespace {

using service::now_ms;
using service::Transaction;

// Offers in the air at a time where no vehicle is known to be free: one may be, unheard of.
constexpr int kBlindOffers = 5;

std::string command_topic(const std::string& vehicle_id) {
    return "vehicle/" + vehicle_id + "/command";
}

v1::Award make_award(const OpenOrder& order, const ActiveAward& award) {
    v1::Award message;
    message.set_epoch(static_cast<std::uint32_t>(award.epoch));
    message.set_vehicle_id(award.vehicle_id);
    message.set_bid_id(award.bid_id);
    *message.mutable_pick_up() = order.pick_up;
    *message.mutable_drop_off() = order.drop_off;
    return message;
}

void tell_winner(Transaction& tx, const OpenOrder& order, const ActiveAward& award) {
    v1::VehicleCommand command;
    *command.mutable_deliver() = make_award(order, award);
    service::complete_header(*command.mutable_deliver()->mutable_header(), tx.cause(), "dray-logistics");
    tx.publish(command_topic(award.vehicle_id), command, {.once = true});
}

void tell_loser(Transaction& tx, const v1::Bid& bid) {
    v1::VehicleCommand command;
    command.mutable_bid_lost()->set_epoch(bid.epoch());
    tx.publish(command_topic(bid.vehicle_id()), command, {.once = true});
}

v1::ShipmentOffer make_offer(const OpenOrder& order) {
    v1::ShipmentOffer offer;
    offer.set_epoch(static_cast<std::uint32_t>(order.epoch));
    offer.set_attempt(static_cast<std::uint32_t>(order.attempt));
    *offer.mutable_pick_up() = order.pick_up;
    *offer.mutable_drop_off() = order.drop_off;
    offer.set_expires_at_ms(order.expires_at);
    offer.set_zip(order.zip);
    return offer;
}

service::Message to_message(const v1::ShipmentOffer& offer, const std::string& topic) {
    const auto& header = offer.header();
    return {.topic = topic,
            .payload = offer.SerializeAsString(),
            .qos = 0,
            .user_properties = {{"event-id", header.event_id()},
                                {"order-id", header.order_id()},
                                {"cause-id", header.cause_id()},
                                {"traceparent", header.traceparent()}}};
}

void tell_revoked(Transaction& tx, const ActiveAward& award, const std::string& reason) {
    v1::VehicleCommand command;
    command.mutable_revoke()->set_epoch(static_cast<std::uint32_t>(award.epoch));
    command.mutable_revoke()->set_reason(reason);
    tx.publish(command_topic(award.vehicle_id), command, {.once = true});
}

// Takes the order from whoever drives it.
void close(Transaction& tx, OpenOrder order, const std::string& reason) {
    if (const auto winner = active_award_of_order(tx, order.id)) {
        end_award(tx, *winner, "revoked", now_ms());
        tell_revoked(tx, *winner, reason);
    }
    order.state = "cancelled";
    update_order(tx, order);
}

// ... and says so: for an order that ends here.
void cancel_order(Transaction& tx, const OpenOrder& order, const std::string& reason) {
    close(tx, order, reason);
    v1::OrderCancelled cancelled;
    cancelled.set_reason(reason);
    tx.publish("order/cancelled/" + order.id, cancelled);
}

}  // namespace

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
    order.deadline = now_ms() + options_.deadline_ms;
    order.pick_up = offer.pick_up();
    order.drop_off = offer.drop_off();
    order.cause = offer.header();
    insert_order(tx, order);
}

void Dispatch::bid(Transaction& tx, const v1::Bid& bid) {
    const auto order = find_order(tx, bid.header().order_id());
    if (!order) return tell_loser(tx, bid);
    if (order->state == "awarded") {
        const auto winner = active_award_of_order(tx, order->id);
        const bool retry = winner && winner->vehicle_id == bid.vehicle_id() &&
                           winner->epoch == static_cast<int>(bid.epoch());
        return retry ? tell_winner(tx, *order, *winner) : tell_loser(tx, bid);
    }
    const bool valid = order->state == "open" && static_cast<int>(bid.epoch()) == order->epoch &&
                       now_ms() <= order->expires_at && vehicle_is_free(tx, bid.vehicle_id()) &&
                       !was_revoked(tx, order->id, bid.vehicle_id());
    if (!valid) return tell_loser(tx, bid);
    award(tx, *order, bid);
}

void Dispatch::award(Transaction& tx, const OpenOrder& order, const v1::Bid& bid) {
    const ActiveAward winner{
        .order_id = order.id, .epoch = order.epoch, .vehicle_id = bid.vehicle_id(), .bid_id = bid.bid_id()};
    insert_award(tx, order, winner, now_ms());
    auto awarded = order;
    awarded.state = "awarded";
    update_order(tx, awarded);
    tx.publish("order/award/" + order.id, make_award(order, winner), {.repeat_with = order.cause.event_id()});
    tell_winner(tx, order, winner);
    spdlog::debug("{} epoch {}: {}", order.id, order.epoch, winner.vehicle_id);
}

void Dispatch::vehicle_reports(Transaction& tx, const v1::VehicleStatus& status) {
    const auto now = now_ms();
    write_vehicle(tx, status, now);
    const bool works =
        status.state() == v1::VEHICLE_STATE_TO_PICK_UP || status.state() == v1::VEHICLE_STATE_TO_CUSTOMER;
    if (works) touch_award(tx, status.vehicle_id(), now);
    if (status.state() == v1::VEHICLE_STATE_TO_CUSTOMER) picked_up(tx, status);
    if (status.delivered()) delivered(tx, status);
}

void Dispatch::picked_up(Transaction& tx, const v1::VehicleStatus& status) {
    const auto order = find_order(tx, status.header().order_id());
    const auto winner = active_award_of_order(tx, status.header().order_id());
    if (!order || !winner || winner->vehicle_id != status.vehicle_id() ||
        winner->epoch != static_cast<int>(status.epoch()) || !note_pick_up(tx, *winner)) {
        return;
    }
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
    end_award(tx, *winner, "delivered", now_ms());
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

void Dispatch::tick(Transaction& tx) {
    const auto now = now_ms();
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
    const auto free = free_vehicles(tx);
    int takers = 0;
    for (const auto& [zip, count] : free) takers += count;
    const int budget = std::max(takers, kBlindOffers) - offers_in_the_air(tx, now);
    if (budget <= 0) return;
    for (auto& order : expired_orders(tx, now, budget)) {
        order.attempt = next_attempt(order, free);
        offer_again(tx, std::move(order), now);
    }
}

int Dispatch::next_attempt(const OpenOrder& order, const std::map<std::string, int>& free) const {
    for (int attempt = order.attempt + 1; attempt <= order.attempt + kRingMax + 1; ++attempt) {
        for (const auto& zip : zips_.ring(order.zip, attempt % (kRingMax + 1))) {
            if (free.contains(zip)) return attempt;
        }
    }
    return order.attempt + 1;
}

void Dispatch::offer_again(Transaction& tx, OpenOrder order, std::int64_t now) {
    order.offered_at = now;
    order.expires_at = now + options_.wave_ms;
    update_order(tx, order);
    tx.answer_to(order.cause);
    auto zips = zips_.ring(order.zip, order.attempt % (kRingMax + 1));
    if (zips.empty()) zips = {order.zip};
    auto offer = make_offer(order);
    service::complete_header(*offer.mutable_header(), order.cause, "dray-logistics");
    for (const auto& zip : zips) announce_(to_message(offer, "order/ship/" + zip + "/" + order.id));
}

void Dispatch::revoke_lost_awards(Transaction& tx, std::int64_t now) {
    for (const auto& lost : lost_awards(tx, now - options_.lease_ms, now - options_.offline_grace_ms)) {
        auto order = find_order(tx, lost.order_id);
        if (!order || order->state != "awarded") continue;
        spdlog::info("{} has lost {} (epoch {})", lost.vehicle_id, lost.order_id, lost.epoch);
        end_award(tx, lost, "revoked", now);
        tx.answer_to(order->cause);
        tell_revoked(tx, lost, "no sign of progress");
        order->state = "open";
        order->epoch += 1;
        order->attempt = 0;
        order->deadline = std::max<long long>(order->deadline, now + options_.deadline_ms / 2);
        offer_again(tx, *order, now);
    }
}

}  // namespace dray::logistics
