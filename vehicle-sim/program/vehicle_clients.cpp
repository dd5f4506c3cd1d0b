#include "program/vehicle_clients.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace dray::program {

using mqtt::QoS;
using streets::ZipId;

namespace {

constexpr double kEtaSecondsMax = 30.0 * 86400;  // a fleet that stands still never arrives
constexpr int kMissedFixesAtOnceMax = 50;        // sent a second, with the latest
// One that is not heard is followed by another, and none is to wait for a vehicle that is away.
constexpr QoS kOffers = QoS::kAtMostOnce;

// Offers, and that they are taken.
std::string offers_in(const streets::Zip& zip) {
    return "order/ship/" + zip.number + "/#";
}

}  // namespace

VehicleClients::VehicleClients(link::Loop& loop, fleet::Fleet& fleet, const Options& options, Alarms& alarms,
                               Journal& journal)
    : loop_(loop),
      fleet_(fleet),
      options_(options),
      alarms_(alarms),
      journal_(journal),
      speed_(options.speed),
      sequences_(fleet.size(), 0),
      missed_(fleet.size()),
      links_(loop, fleet.size(), options.links, *this) {
    for (const auto& vehicle : fleet.vehicles()) listens_in_.push_back(vehicle.zip());
}

// --- Coming and going ---

link::Hello VehicleClients::hello(std::uint32_t vehicle) {
    will_topic_ = topic_of(vehicle, "status");
    will_payload_ = messages_.offline(id_of(vehicle), zip_of(vehicle), loop_.now());
    return {.client_id = id_of(vehicle),
            .user_name = options_.links.broker.user_name,
            .password = options_.links.broker.password,
            .clean_session = options_.clean_session,
            .will_topic = will_topic_,
            .will_payload = will_payload_};
}

void VehicleClients::on_up(std::uint32_t vehicle) {
    if (!fleet_[vehicle].on_duty()) {
        say_goodbye(vehicle);
        return links_.disconnect(vehicle);
    }
    const std::vector<std::string> commands{std::string(topic_of(vehicle, "command"))};
    links_.subscribe(vehicle, commands, QoS::kAtLeastOnce);
    links_.subscribe(vehicle, filters_of(listens_in_[vehicle]), kOffers);
    fleet::Effects present;
    fleet_[vehicle].report(present);
    for (const auto& effect : present) send_report(vehicle, std::get<fleet::Report>(effect));
}

void VehicleClients::say_goodbye(std::uint32_t vehicle) {
    if (!links_.up(vehicle)) return;
    const auto payload = messages_.offline(id_of(vehicle), zip_of(vehicle), loop_.now());
    links_.publish(vehicle, topic_of(vehicle, "status"), payload, QoS::kAtLeastOnce, true);
    // A session that outlives its connection would go on collecting offers.
    if (!options_.clean_session) links_.unsubscribe(vehicle, filters_of(listens_in_[vehicle]));
}

// --- Messages in ---

void VehicleClients::on_message(std::uint32_t vehicle, std::string_view topic, ByteView payload) {
    if (topic.starts_with("order/ship/") && topic.ends_with("/taken"))
        take_taken(vehicle, topic, payload);
    else if (topic.starts_with("order/ship/"))
        take_offer(vehicle, topic, payload);
    else if (topic == topic_of(vehicle, "command"))
        take_command(vehicle, payload);
    else
        ++journal_.figures().malformed;
    carry_out(vehicle, effects_);
}

void VehicleClients::take_offer(std::uint32_t vehicle, std::string_view topic, ByteView payload) {
    ++journal_.figures().offers;
    if (!fleet_[vehicle].has_room()) return;  // before it is even decoded: most offers find it busy
    if (const auto offer = parse_offer(topic, payload)) {
        journal_.heard(*offer, loop_.now());
        fleet_[vehicle].offer(fleet_.world(), loop_.now(), *offer, effects_);
    } else {
        ++journal_.figures().malformed;
    }
}

void VehicleClients::take_taken(std::uint32_t vehicle, std::string_view topic, ByteView payload) {
    if (const auto taken = parse_taken(topic, payload)) {
        fleet_[vehicle].offer_taken(taken->order_id, taken->epoch);
    } else {
        ++journal_.figures().malformed;
    }
}

void VehicleClients::take_command(std::uint32_t number, ByteView payload) {
    FleetFigures& figures = journal_.figures();
    const auto command = parse_command(payload);
    if (!command) {
        ++figures.malformed;
        return;
    }
    auto& vehicle = fleet_[number];
    if (const auto* award = std::get_if<fleet::Award>(&*command)) {
        const std::size_t before = vehicle.orders();
        vehicle.deliver(fleet_.world(), loop_.now(), *award, effects_);
        if (vehicle.orders() > before) journal_.awarded(award->order_id, loop_.now());
    } else if (const auto* lost = std::get_if<BidLost>(&*command)) {
        ++figures.lost;
        vehicle.bid_lost(lost->order_id, lost->epoch);
    } else if (const auto* revoked = std::get_if<Revoked>(&*command)) {
        journal_.revoked(revoked->order_id);
        vehicle.revoke(fleet_.world(), revoked->order_id, revoked->epoch, revoked->cause, effects_);
    }
}

// --- Effects out ---

void VehicleClients::carry_out(std::uint32_t vehicle, fleet::Effects& effects) {
    for (const fleet::Effect& effect : effects) {
        if (const auto* bid = std::get_if<fleet::PlaceBid>(&effect))
            send_bid(vehicle, *bid);
        else if (const auto* report = std::get_if<fleet::Report>(&effect)) {
            journal_.says(*report, loop_.now());
            send_report(vehicle, *report);
        } else if (const auto* entered = std::get_if<fleet::EnterZip>(&effect))
            listen_in(vehicle, entered->zip);
        else if (const auto* wake = std::get_if<fleet::WakeAt>(&effect))
            alarms_.set(wake->at, vehicle);
    }
    effects.clear();
}

void VehicleClients::send_bid(std::uint32_t vehicle, const fleet::PlaceBid& bid) {
    if (!bid.again) ++journal_.figures().bids;
    // Those who wait do so by the clock.
    const double eta_s = std::min(std::ceil(bid.eta_seconds / std::max(speed_, 1e-3)), kEtaSecondsMax);
    const auto payload = messages_.bid(id_of(vehicle), bid, static_cast<std::uint32_t>(eta_s), loop_.now());
    topic_.clear();
    fmt::format_to(std::back_inserter(topic_), "order/bid/{}/{}/{}", bid.zip, bid.order_id, id_);
    links_.publish(vehicle, topic_, payload, QoS::kAtLeastOnce);
}

void VehicleClients::send_report(std::uint32_t vehicle, const fleet::Report& report) {
    if (report.activity == fleet::Activity::kOffDuty) {
        say_goodbye(vehicle);
        return links_.disconnect(vehicle);
    }
    if (links_.disconnected(vehicle)) return links_.connect(vehicle, vehicle + 1);  // its shift begins
    const auto payload = messages_.status(id_of(vehicle), report, fleet_[vehicle].capacity(), zip_of(vehicle),
                                          loop_.now(), fleet_[vehicle].way_ahead(fleet_.world()));
    links_.publish(vehicle, topic_of(vehicle, "status"), payload, QoS::kAtLeastOnce, true);
}

void VehicleClients::send_position(std::uint32_t vehicle) {
    FleetFigures& figures = journal_.figures();
    const bool passes = links_.up(vehicle) && fleet_.radio(vehicle);
    if (!fleet_[vehicle].on_duty() || (sequences_[vehicle] == 0 && !passes)) return;
    if (const auto fix = fleet_[vehicle].fix(fleet_.world())) {
        ++figures.fixes;
        const TimedFix timed{*fix, loop_.now(), ++sequences_[vehicle]};
        if (passes && missed_.empty(vehicle)) {
            send_fix(vehicle, timed);
            return;
        }
        if (!passes) ++figures.fixes_kept;
        if (missed_.keep(vehicle, timed)) ++figures.fixes_lost;
    }
    // In the order they were taken, so that a reader sees no vehicle jump back.
    for (int i = 0; passes && i < kMissedFixesAtOnceMax && !missed_.empty(vehicle); ++i) {
        if (!send_fix(vehicle, missed_.oldest(vehicle))) return;
        missed_.forget_oldest(vehicle);
    }
}

bool VehicleClients::send_fix(std::uint32_t vehicle, const TimedFix& fix) {
    const auto payload = messages_.location(id_of(vehicle), fix.fix, fix.at, fix.sequence);
    return links_.publish(vehicle, topic_of(vehicle, "location"), payload, QoS::kAtMostOnce);
}

std::vector<std::string> VehicleClients::filters_of(ZipId zip) const {
    const auto& zips = fleet_.world().zips();
    std::vector<std::string> filters{offers_in(zips[zip])};
    for (const ZipId neighbour : zips[zip].neighbours) {
        if (zips[neighbour].lead == zip) filters.push_back(offers_in(zips[neighbour]));
    }
    return filters;
}

void VehicleClients::listen_in(std::uint32_t vehicle, ZipId zip) {
    if (zip == listens_in_[vehicle]) return;
    links_.subscribe(vehicle, filters_of(zip), kOffers);
    links_.unsubscribe(vehicle, filters_of(listens_in_[vehicle]));
    listens_in_[vehicle] = zip;
}

// --- Names ---

std::string_view VehicleClients::id_of(std::uint32_t vehicle) {
    id_.clear();
    append_vehicle_id(id_, options_, vehicle);
    return id_;
}

std::string_view VehicleClients::topic_of(std::uint32_t vehicle, std::string_view last_level) {
    topic_ = "vehicle/";
    append_vehicle_id(topic_, options_, vehicle);
    topic_ += '/';
    topic_ += last_level;
    return topic_;
}

}  // namespace dray::program
