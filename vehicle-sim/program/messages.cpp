#include "program/messages.h"

#include <google/protobuf/stubs/logging.h>

#include <cmath>

#include "dray/v1/dispatch.pb.h"
#include "dray/v1/vehicle.pb.h"
#include "mqtt/topic.h"
#include "program/ids.h"

namespace dray::program {
namespace {

constexpr const char* kSource = "dray-fleet";

bool parse(google::protobuf::MessageLite& message, ByteView payload) {
    return message.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
}

std::optional<streets::GeoPoint> point_from(const v1::Position& position) {
    const streets::GeoPoint point{position.latitude(), position.longitude()};
    const bool on_earth = std::abs(point.latitude) <= 90 && std::abs(point.longitude) <= 180;
    if (!on_earth) return std::nullopt;  // also where it is not a number
    return point;
}

fleet::Cause cause_from(const v1::EventHeader& header) {
    return {header.event_id(), header.traceparent()};
}

std::optional<Command> award_from(const v1::Award& award, const std::string& order_id,
                                  const v1::EventHeader& header) {
    const auto pick_up = point_from(award.pick_up());
    const auto drop_off = point_from(award.drop_off());
    if (!pick_up || !drop_off) return std::nullopt;
    return fleet::Award{.order_id = order_id,
                        .epoch = award.epoch(),
                        .pick_up = *pick_up,
                        .drop_off = *drop_off,
                        .cause = cause_from(header)};
}

v1::VehicleState state_from(fleet::Activity activity) {
    switch (activity) {
        case fleet::Activity::kToPickUp:
        case fleet::Activity::kLoading:
            return v1::VEHICLE_STATE_TO_PICK_UP;
        case fleet::Activity::kToCustomer:
        case fleet::Activity::kHandingOver:
            return v1::VEHICLE_STATE_TO_CUSTOMER;
        case fleet::Activity::kOffDuty:
            return v1::VEHICLE_STATE_OFFLINE;
        case fleet::Activity::kBrokenDown:
            return v1::VEHICLE_STATE_BROKEN_DOWN;
        case fleet::Activity::kRefuelling:
            return v1::VEHICLE_STATE_REFUELLING;
        default:
            return v1::VEHICLE_STATE_IDLE;
    }
}

}  // namespace

std::optional<fleet::Offer> parse_offer(std::string_view topic, ByteView payload) {
    mqtt::Levels levels(topic);
    if (levels.next() != "order" || levels.next() != "ship") return std::nullopt;
    const auto zip = levels.next();
    const auto order = levels.next();
    if (!zip || !order || order->empty() || levels.next()) return std::nullopt;

    v1::ShipmentOffer offer;
    if (!parse(offer, payload)) return std::nullopt;
    const auto pick_up = point_from(offer.pick_up());
    const auto drop_off = point_from(offer.drop_off());
    if (!pick_up || !drop_off || offer.header().order_id() != *order) return std::nullopt;
    return fleet::Offer{.order_id = offer.header().order_id(),
                        .zip = std::string(*zip),
                        .epoch = offer.epoch(),
                        .pick_up = *pick_up,
                        .drop_off = *drop_off,
                        .expires_at = {offer.expires_at_ms()},
                        .cause = cause_from(offer.header())};
}

std::optional<Taken> parse_taken(std::string_view topic, ByteView payload) {
    mqtt::Levels levels(topic);
    if (levels.next() != "order" || levels.next() != "ship" || !levels.next()) return std::nullopt;
    const auto order = levels.next();
    if (!order || order->empty() || levels.next() != "taken" || levels.next()) return std::nullopt;
    v1::OfferTaken taken;
    if (!parse(taken, payload)) return std::nullopt;
    return Taken{std::string(*order), taken.epoch()};
}

std::optional<Command> parse_command(ByteView payload) {
    v1::VehicleCommand command;
    if (!parse(command, payload)) return std::nullopt;
    const v1::EventHeader& header = command.header();
    // An award brings a header of its own, since it is also published for itself.
    const std::string& order_id = header.order_id().empty() && command.has_deliver()
                                      ? command.deliver().header().order_id()
                                      : header.order_id();
    if (order_id.empty()) return std::nullopt;
    switch (command.command_case()) {
        case v1::VehicleCommand::kDeliver:
            return award_from(command.deliver(), order_id, header);
        case v1::VehicleCommand::kBidLost:
            return BidLost{order_id, command.bid_lost().epoch()};
        case v1::VehicleCommand::kRevoke:
            return Revoked{order_id, command.revoke().epoch(), cause_from(header)};
        case v1::VehicleCommand::COMMAND_NOT_SET:
            break;
    }
    return std::nullopt;
}

void silence_protobuf_log() {
    google::protobuf::SetLogHandler(nullptr);
}

// The messages are kept and filled anew, so that encoding a position allocates nothing.
struct Messages::Parts {
    v1::Location location;
    v1::VehicleStatus status;
    v1::Bid bid;
    Ids ids;
    std::string buffer;

    std::string_view encode(const google::protobuf::MessageLite& message) {
        message.SerializeToString(&buffer);
        return buffer;
    }
    void fill(v1::EventHeader& header, const std::string& order_id, const fleet::Cause& cause, Instant now) {
        header.set_event_id(ids.uuid());
        header.set_order_id(order_id);
        header.set_cause_id(cause.event_id);
        header.set_traceparent(ids.traceparent(cause.traceparent));
        header.set_occurred_at_ms(now.ms);
        header.set_source(kSource);
    }
};

Messages::Messages() : parts_(std::make_unique<Parts>()) {}
Messages::~Messages() = default;

std::string_view Messages::location(std::string_view vehicle, const fleet::Fix& fix, Instant now,
                                    std::uint64_t sequence) {
    auto& location = parts_->location;
    location.mutable_vehicle_id()->assign(vehicle);
    location.mutable_position()->set_latitude(fix.position.latitude);
    location.mutable_position()->set_longitude(fix.position.longitude);
    location.set_speed_mps(fix.speed);
    location.set_heading_degrees(fix.heading_degrees);
    location.set_time_ms(now.ms);
    location.set_sequence(sequence);
    return parts_->encode(location);
}

std::string_view Messages::status(std::string_view vehicle, const fleet::Report& report,
                                  std::uint32_t capacity, std::string_view zip, Instant now,
                                  std::span<const streets::GeoPoint> way) {
    auto& status = parts_->status;
    parts_->fill(*status.mutable_header(), report.order_id, report.cause, now);
    status.mutable_vehicle_id()->assign(vehicle);
    status.set_state(state_from(report.activity));
    status.set_epoch(report.epoch);
    status.mutable_zip()->assign(zip);
    status.set_delivered(report.delivered);
    status.set_capacity(capacity);
    status.clear_way();
    for (const auto& corner : way) {
        auto& position = *status.add_way();
        position.set_latitude(corner.latitude);
        position.set_longitude(corner.longitude);
    }
    return parts_->encode(status);
}

std::string_view Messages::offline(std::string_view vehicle, std::string_view zip, Instant now) {
    status(vehicle, {}, 0, zip, now);
    parts_->status.set_state(v1::VEHICLE_STATE_OFFLINE);
    return parts_->encode(parts_->status);
}

std::string_view Messages::bid(std::string_view vehicle, const fleet::PlaceBid& placed,
                               std::uint32_t eta_seconds, Instant now) {
    auto& bid = parts_->bid;
    parts_->fill(*bid.mutable_header(), placed.order_id, placed.cause, now);
    bid.set_epoch(placed.epoch);
    // Made of what names the bid, so that a repeat has the same id, also after a restart.
    bid.set_bid_id(placed.order_id + "/" + std::to_string(placed.epoch) + "/" + std::string(vehicle));
    bid.mutable_vehicle_id()->assign(vehicle);
    bid.set_eta_seconds(eta_seconds);
    return parts_->encode(bid);
}

}  // namespace dray::program
