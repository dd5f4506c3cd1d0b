#include "program/conductor.h"

#include <fmt/core.h>

#include <algorithm>

#include "program/trip_recorder.h"

namespace dray::program {
namespace {

constexpr std::uint32_t kSlots = 50;
constexpr std::chrono::milliseconds kTickPeriod{1000 / kSlots};
constexpr std::uint64_t kTicksToCatchUpMax = 5 * kSlots;
constexpr std::chrono::seconds kReachWait{10};
constexpr std::chrono::seconds kGoodbyeWait{5};
constexpr double kSpeedMin = 0.125;

}  // namespace

Conductor::Conductor(link::Loop& loop, fleet::Fleet& fleet, const Options& options, const std::string& title,
                     const ProcessFigures& before, TripRecorder* recorder)
    : loop_(loop),
      fleet_(fleet),
      options_(options),
      before_(before),
      recorder_(recorder),
      clients_(loop, fleet, options, alarms_, journal_),
      links_(clients_.links()),
      status_(options.json, title),
      commands_(options.commands, options.commands_allowed,
                [this](const std::string& text) { status_.say(text); }),
      speed_(options.speed) {
    journal_.figures().vehicles = fleet.size();
    while (scout_ < fleet.size() && !fleet[scout_].on_duty()) ++scout_;
    if (scout_ == fleet.size()) scout_ = 0;
}

int Conductor::run() {
    if (const std::string error = links_.resolve(); !error.empty()) {
        status_.say(error);
        return kExitCannotStart;
    }
    loop_.on_stop_signal([this](int calls) { stop(calls); });
    loop_.on_pause_signal([this] { pause_or_go_on(); });
    if (status_.interactive()) loop_.on_key([this](char key) { take_key(key); });
    started_ = loop_.now();
    if (options_.duration_s > 0)
        loop_.call_at(
            started_ + std::chrono::milliseconds(static_cast<std::int64_t>(options_.duration_s * 1000)),
            [this] { phase_ == Phase::kReaching ? give_up(not_reached(options_.duration_s)) : stop(1); });
    // One vehicle goes ahead: if even it is not let in, the rest need not try.
    links_.connect(scout_, scout_ + 1);
    tick();
    loop_.run();
    return exit_code_;
}

// --- Time ---

void Conductor::tick() {
    const Instant now = loop_.now();
    const auto due = static_cast<std::uint64_t>((now - started_) / kTickPeriod);
    if (due > ticks_ + kTicksToCatchUpMax) {
        journal_.figures().late_ticks += due - ticks_ - kTicksToCatchUpMax;
        ticks_ = due - kTicksToCatchUpMax;
    }
    for (; ticks_ <= due && phase_ != Phase::kStopping; ++ticks_) {
        if (phase_ == Phase::kRunning) tick_slot(static_cast<std::uint32_t>(slots_++ % kSlots));
        if (ticks_ % kSlots == 0) status_.update(snapshot());
    }
    if (phase_ == Phase::kReaching) try_to_reach();
    if (phase_ == Phase::kStopping) return;
    ring_alarms();
    loop_.call_at(started_ + kTickPeriod * static_cast<std::int64_t>(ticks_), [this] { tick(); });
}

void Conductor::tick_slot(std::uint32_t slot) {
    if (slot == 0) begin_round();
    for (std::uint32_t vehicle = slot; vehicle < fleet_.size(); vehicle += kSlots) tick_vehicle(vehicle);
}

void Conductor::begin_round() {
    journal_.sweep(loop_.now());
    if (paused_) return;
    fleet_.begin_round(simulated_s_, [this](std::uint32_t vehicle, fleet::Effects& effects) {
        clients_.carry_out(vehicle, effects);
    });
    links_.cut(fleet_.world().conditions().broker_away());
    commands_.begin(simulated_s_);
    simulated_s_ += speed_;
}

void Conductor::tick_vehicle(std::uint32_t vehicle) {
    if (!paused_) {
        // Always one second, however late this tick is, so that the trips depend on the seed alone.
        fleet_[vehicle].advance(fleet_.world(), speed_, effects_);
        if (recorder_) recorder_->record(vehicle, simulated_s_);
        clients_.carry_out(vehicle, effects_);
        links_.set_radio(vehicle, fleet_.radio(vehicle));
    }
    links_.tick(vehicle);
    clients_.send_position(vehicle);
}

void Conductor::ring_alarms() {
    const Instant now = loop_.now();
    while (const auto alarm = alarms_.take_due(now)) {
        fleet_[alarm->vehicle].wake(fleet_.world(), now, effects_);
        clients_.carry_out(alarm->vehicle, effects_);
    }
}

// --- What the user wants ---

void Conductor::set_speed(double speed) {
    speed_ = std::clamp(speed, kSpeedMin, kSpeedMax);
    clients_.set_speed(speed_);
}

void Conductor::pause_or_go_on() {
    paused_ = !paused_;
}

void Conductor::take_key(char key) {
    if (key == ' ') pause_or_go_on();
    if (key == '+') set_speed(speed_ * 2);
    if (key == '-') set_speed(speed_ / 2);
    if (key == 'q') stop(1);
    if (phase_ != Phase::kStopping) status_.update(snapshot());
}

Snapshot Conductor::snapshot() {
    Snapshot now{.now = loop_.now(),
                 .elapsed_s = static_cast<double>((loop_.now() - started_).count()) / 1000,
                 .simulated_s = simulated_s_,
                 .time_of_day_s = options_.scenario.time_of_day_s + simulated_s_,
                 .speed = speed_,
                 .paused = paused_,
                 .fleet = journal_.figures(),
                 .links = links_.figures(),
                 .process = process_figures(),
                 .before = before_};
    count_activities(fleet_, now.fleet);
    const std::uint32_t wanted = now.fleet.vehicles - now.fleet.off_duty;
    if (now.links.up < wanted && !links_.last_error().empty()) now.trouble = "away: " + links_.last_error();
    return now;
}

// --- Coming and going ---

void Conductor::try_to_reach() {
    if (links_.figures().connects > 0) {
        phase_ = Phase::kRunning;
        for (std::uint32_t vehicle = 0; vehicle < fleet_.size(); ++vehicle)
            if (vehicle != scout_ && fleet_[vehicle].on_duty()) links_.connect(vehicle, vehicle + 1);
        return;
    }
    const std::string& error = links_.last_error();
    if (links_.last_error_is_refusal()) return give_up(fmt::format("{}: {}", options_.broker_url, error));
    if (loop_.now() - started_ >= kReachWait)
        return give_up(not_reached(static_cast<double>(kReachWait.count())));
    if (error.empty() || said_why_waiting_) return;
    said_why_waiting_ = true;
    status_.say(fmt::format("the broker {} cannot be reached yet ({}); trying for {} s", options_.broker_url,
                            error, kReachWait.count()));
}

std::string Conductor::not_reached(double seconds) const {
    const std::string& error = links_.last_error();
    return fmt::format("the broker {} was not reached within {:g} s: {}", options_.broker_url, seconds,
                       error.empty() ? "no answer" : error);
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
    links_.cut(false);
    for (std::uint32_t vehicle = 0; vehicle < fleet_.size(); ++vehicle) clients_.say_goodbye(vehicle);
    links_.disconnect_all(loop_.now() + kGoodbyeWait, [this] {
        status_.finish(snapshot());
        loop_.stop();
    });
}

}  // namespace dray::program
