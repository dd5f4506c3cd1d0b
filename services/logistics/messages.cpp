#include "services/logistics/messages.h"

#include "services/common/event.h"

namespace dray::logistics {
namespace {

using service::Transaction;

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

}  // namespace

void publish_award(Transaction& tx, const OpenOrder& order, const ActiveAward& award) {
    tx.publish("order/award/" + order.id, make_award(order, award), {.repeat_with = order.cause.event_id()});
}

void tell_winner(Transaction& tx, const OpenOrder& order, const ActiveAward& award) {
    v1::VehicleCommand command;
    *command.mutable_deliver() = make_award(order, award);
    service::complete_header(*command.mutable_deliver()->mutable_header(), tx.cause(), "dray-logistics");
    tx.publish(command_topic(award.vehicle_id), command, {.once = true});
}

void tell_loser(Transaction& tx, const std::string& vehicle_id, std::uint32_t epoch) {
    v1::VehicleCommand command;
    command.mutable_bid_lost()->set_epoch(epoch);
    tx.tell(command_topic(vehicle_id), command);
}

void tell_taken(Transaction& tx, const ActiveAward& award, const std::string& zip) {
    v1::OfferTaken taken;
    taken.set_epoch(static_cast<std::uint32_t>(award.epoch));
    tx.tell("order/ship/" + zip + "/" + award.order_id + "/taken", taken);
}

void tell_revoked(Transaction& tx, const ActiveAward& award, const std::string& reason) {
    v1::VehicleCommand command;
    command.mutable_revoke()->set_epoch(static_cast<std::uint32_t>(award.epoch));
    command.mutable_revoke()->set_reason(reason);
    tx.publish(command_topic(award.vehicle_id), command, {.once = true});
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

}  // namespace dray::logistics
