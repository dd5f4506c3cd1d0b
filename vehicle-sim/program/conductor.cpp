#include "program/conductor.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace dray::program {

using mqtt::QoS;
using streets::ZipId;

namespace {

constexpr std::uint32_t kSlots = 50;
constexpr std::chrono::milliseconds kTickPeriod{1000 / kSlots};
constexpr std::uint64_t kTicksToCatchUpMax = 5 * kSlots;
constexpr std::chrono::seconds kReachWait{10};
constexpr std::chrono::seconds kGoodbyeWait{5};
constexpr double kEtaSecondsMax = 30.0 * 86400;  // a fleet at --speed 0 never arrives

link::LinkOptions link_options(const Options& options) {
    return {.broker = options.broker, .connects_per_second_max = options.ramp};
}

}  // namespace

Conductor::Conductor(link::Loop& loop, const streets::City& city, const std::vector<ZipId>& zips,
                     const Options& options)
    : loop_(loop),
      options_(options),
      world_(city),
      vehicles_(fleet::populate(world_, zips, options.vehicles, options.seed)),
      sequences_(options.vehicles, 0),
      links_(loop, options.vehicles, link_options(options), *this),
      status_(options.json) {
    for (const auto& vehicle : vehicles_) listens_in_.push_back(vehicle.zip());
    figures_.vehicles = options.vehicles;
}

int Conductor::run() {
    if (const std::string error = links_.resolve(); !error.empty()) {
        status_.say(fmt::format("the broker {} cannot be found: {}", options_.broker_url, error));
        return kExitCannotStart;
    }
    loop_.on_stop_signal([this](int calls) { stop(calls); });
    started_ = loop_.now();
    if (options_.duration_s > 0)
        loop_.call_at(
            started_ + std::chrono::milliseconds(static_cast<std::int64_t>(options_.duration_s * 1000)),
            [this] { stop(1); });
    // One vehicle goes ahead: if even it is not let in, the rest need not try.
    links_.connect(0, 1);
    tick();
    loop_.run();
    return exit_code_;
}

// --- Time ---

void Conductor::tick() {
    const Instant now = loop_.now();
    const auto due = static_cast<std::uint64_t>((now - started_) / kTickPeriod);
    if (due > ticks_ + kTicksToCatchUpMax) {
        figures_.late_ticks += due - ticks_ - kTicksToCatchUpMax;
        ticks_ = due - kTicksToCatchUpMax;
    }
    for (; ticks_ <= due && phase_ != Phase::kStopping; ++ticks_) {
        if (phase_ == Phase::kRunning) tick_slot(static_cast<std::uint32_t>(ticks_ % kSlots));
        if (ticks_ % kSlots == 0) show_status();
    }
    if (phase_ == Phase::kReaching) try_to_reach();
    if (phase_ == Phase::kStopping) return;
    ring_alarms();
    loop_.call_at(started_ + kTickPeriod * static_cast<std::int64_t>(ticks_), [this] { tick(); });
}

void Conductor::tick_slot(std::uint32_t slot) {
    for (std::uint32_t vehicle = slot; vehicle < vehicles_.size(); vehicle += kSlots) tick_vehicle(vehicle);
}

void Conductor::tick_vehicle(std::uint32_t vehicle) {
    // Always one second, however late this tick is, so that the trips depend on the seed alone.
    vehicles_[vehicle].advance(world_, options_.speed, effects_);
    carry_out(vehicle);
    links_.tick(vehicle);
    if (!links_.up(vehicle)) return;
    const fleet::Fix fix = vehicles_[vehicle].fix(world_);
    const auto payload = messages_.location(id_of(vehicle), fix, loop_.now(), ++sequences_[vehicle]);
    links_.publish(vehicle, topic_of(vehicle, "location"), payload, QoS::kAtMostOnce);
}

void Conductor::ring_alarms() {
    const Instant now = loop_.now();
    while (!alarms_.empty() && alarms_.top().at <= now) {
        const std::uint32_t vehicle = alarms_.top().vehicle;
        alarms_.pop();
        vehicles_[vehicle].wake(world_, now, effects_);
        carry_out(vehicle);
    }
}

void Conductor::count_activities() {
    figures_.assigned =
        static_cast<std::uint32_t>(std::count_if(vehicles_.begin(), vehicles_.end(), [](const auto& vehicle) {
            return carries_order(vehicle.activity());
        }));
    figures_.idle = figures_.vehicles - figures_.assigned;
}

void Conductor::show_status() {
    count_activities();
    const auto& links = links_.figures();
    const bool troubled = links.up < figures_.vehicles && !links_.last_error().empty();
    status_.update(loop_.now(), figures_, links, troubled ? "connecting: " + links_.last_error() : "");
}

// --- Coming and going ---

void Conductor::try_to_reach() {
    if (links_.up(0)) {
        phase_ = Phase::kRunning;
        links_.connect(1, options_.vehicles);
        return;
    }
    const std::string& error = links_.last_error();
    if (links_.last_error_is_refusal()) return give_up(fmt::format("{}: {}", options_.broker_url, error));
    if (loop_.now() - started_ >= kReachWait)
        return give_up(fmt::format("the broker {} was not reached within {} s: {}", options_.broker_url,
                                   kReachWait.count(), error.empty() ? "no answer" : error));
    if (error.empty() || said_why_waiting_) return;
    said_why_waiting_ = true;
    status_.say(fmt::format("the broker {} cannot be reached yet ({}); trying for {} s", options_.broker_url,
                            error, kReachWait.count()));
}

void Conductor::give_up(const std::string& why) {
    status_.say(why);
    phase_ = Phase::kStopping;
    exit_code_ = kExitCannotStart;
    loop_.stop();
}

void Conductor::stop(int calls) {
    if (calls > 1) return loop_.stop();
    if (phase_ == Phase::kStopping) return;
    phase_ = Phase::kStopping;
    for (std::uint32_t vehicle = 0; vehicle < vehicles_.size(); ++vehicle) {
        if (!links_.up(vehicle)) continue;
        const auto payload = messages_.offline(id_of(vehicle), zip_of(vehicle), loop_.now());
        links_.publish(vehicle, topic_of(vehicle, "status"), payload, QoS::kAtLeastOnce, true);
        // A session that outlives its connection would go on collecting offers.
        if (!options_.clean_session) links_.unsubscribe(vehicle, filters_of(listens_in_[vehicle]));
    }
    links_.disconnect_all(loop_.now() + kGoodbyeWait, [this] {
        count_activities();
        status_.finish(loop_.now(), figures_, links_.figures());
        loop_.stop();
    });
}

link::Hello Conductor::hello(std::uint32_t vehicle) {
    will_topic_ = topic_of(vehicle, "status");
    will_payload_ = messages_.offline(id_of(vehicle), zip_of(vehicle), loop_.now());
    return {.client_id = id_of(vehicle),
            .user_name = options_.broker.user_name,
            .password = options_.broker.password,
            .clean_session = options_.clean_session,
            .will_topic = will_topic_,
            .will_payload = will_payload_};
}

void Conductor::on_up(std::uint32_t vehicle) {
    std::vector<std::string> filters = filters_of(listens_in_[vehicle]);
    filters.emplace_back(topic_of(vehicle, "command"));
    links_.subscribe(vehicle, filters);
    send_report(vehicle, vehicles_[vehicle].report());
}

// --- Messages in ---

void Conductor::on_message(std::uint32_t vehicle, std::string_view topic, ByteView payload) {
    if (topic.starts_with("order/ship/"))
        take_offer(vehicle, topic, payload);
    else if (topic == topic_of(vehicle, "command"))
        take_command(vehicle, payload);
    else
        ++figures_.malformed;
    carry_out(vehicle);
}

void Conductor::take_offer(std::uint32_t vehicle, std::string_view topic, ByteView payload) {
    ++figures_.offers;
    if (carries_order(vehicles_[vehicle].activity()))
        return;  // before it is even decoded: most offers find it busy
    if (const auto offer = parse_offer(topic, payload))
        vehicles_[vehicle].offer(world_, loop_.now(), *offer, effects_);
    else
        ++figures_.malformed;
}

void Conductor::take_command(std::uint32_t number, ByteView payload) {
    const auto command = parse_command(payload);
    if (!command) {
        ++figures_.malformed;
        return;
    }
    auto& vehicle = vehicles_[number];
    if (const auto* award = std::get_if<fleet::Award>(&*command)) {
        const bool was_free = !carries_order(vehicle.activity());
        vehicle.deliver(world_, loop_.now(), *award, effects_);
        if (was_free && carries_order(vehicle.activity())) ++figures_.won;
    } else if (const auto* lost = std::get_if<BidLost>(&*command)) {
        ++figures_.lost;
        vehicle.bid_lost(lost->order_id, lost->epoch);
    } else if (const auto* revoked = std::get_if<Revoked>(&*command)) {
        ++figures_.revoked;
        vehicle.revoke(world_, revoked->order_id, revoked->epoch, revoked->cause, effects_);
    }
}

// --- Effects out ---

void Conductor::carry_out(std::uint32_t vehicle) {
    for (const fleet::Effect& effect : effects_) {
        if (const auto* bid = std::get_if<fleet::PlaceBid>(&effect))
            send_bid(vehicle, *bid);
        else if (const auto* report = std::get_if<fleet::Report>(&effect))
            send_report(vehicle, *report);
        else if (const auto* entered = std::get_if<fleet::EnterZip>(&effect))
            listen_in(vehicle, entered->zip);
        else if (const auto* wake = std::get_if<fleet::WakeAt>(&effect))
            alarms_.push({wake->at, vehicle});
    }
    effects_.clear();
}

void Conductor::send_bid(std::uint32_t vehicle, const fleet::PlaceBid& bid) {
    if (!bid.again) ++figures_.bids;
    // Those who wait do so by the clock.
    const double eta_s =
        std::min(std::ceil(bid.eta_seconds / std::max(options_.speed, 1e-3)), kEtaSecondsMax);
    const auto payload = messages_.bid(id_of(vehicle), bid, static_cast<std::uint32_t>(eta_s), loop_.now());
    topic_.clear();
    fmt::format_to(std::back_inserter(topic_), "order/bid/{}/{}/{}", bid.zip, bid.order_id, id_);
    links_.publish(vehicle, topic_, payload, QoS::kAtLeastOnce);
}

void Conductor::send_report(std::uint32_t vehicle, const fleet::Report& report) {
    if (report.delivered) ++figures_.delivered;
    const auto payload = messages_.status(id_of(vehicle), report, zip_of(vehicle), loop_.now());
    links_.publish(vehicle, topic_of(vehicle, "status"), payload, QoS::kAtLeastOnce, true);
}

std::vector<std::string> Conductor::filters_of(ZipId zip) const {
    const auto& zips = world_.zips();
    std::vector<std::string> filters{"order/ship/" + zips[zip].number + "/+"};
    for (const ZipId neighbour : zips[zip].neighbours)
        filters.push_back("order/ship/" + zips[neighbour].number + "/+");
    return filters;
}

void Conductor::listen_in(std::uint32_t vehicle, ZipId zip) {
    auto before = filters_of(listens_in_[vehicle]);
    auto after = filters_of(zip);
    std::sort(before.begin(), before.end());
    std::sort(after.begin(), after.end());
    std::vector<std::string> gone, come;
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(gone));
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(come));
    links_.subscribe(vehicle, come);
    links_.unsubscribe(vehicle, gone);
    listens_in_[vehicle] = zip;
}

// --- Names ---

std::string_view Conductor::id_of(std::uint32_t vehicle) {
    id_.clear();
    fmt::format_to(std::back_inserter(id_), "{}{:04}", options_.prefix, options_.first + vehicle);
    return id_;
}

std::string_view Conductor::topic_of(std::uint32_t vehicle, std::string_view last_level) {
    topic_.clear();
    fmt::format_to(std::back_inserter(topic_), "vehicle/{}{:04}/{}", options_.prefix,
                   options_.first + vehicle, last_level);
    return topic_;
}

}  // namespace dray::program
