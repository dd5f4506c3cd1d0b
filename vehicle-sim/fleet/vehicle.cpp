#include "fleet/vehicle.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "fleet/chance.h"

namespace dray::fleet {

using streets::Place;
using streets::Point;

namespace {

enum Purpose : std::uint64_t { kBehaviour = 1, kNoise = 2 };

constexpr double kWillingness = 0.92;
constexpr double kReactionMsMedian = 250, kReactionMsSpread = 0.5, kReactionMsMin = 60, kReactionMsMax = 2000;
constexpr double kReactionMsPerMinuteAway = 15;  // who is farther off hesitates longer
constexpr std::chrono::milliseconds kAwardGrace{5000};
// An award is a lease: a vehicle on a long way says now and then that it is still at it.
constexpr std::chrono::seconds kStillAtIt{60};
constexpr float kLoadSecondsMin = 20, kLoadSecondsMax = 60;
constexpr float kHandOverSecondsMin = 15, kHandOverSecondsMax = 45;
constexpr double kNoiseMetres = 3;
constexpr double kNoiseMemory = 0.9;  // a receiver's error drifts rather than jumps

float draw_seconds(Random& random, float low, float high) {
    return static_cast<float>(uniform(random, static_cast<double>(low), static_cast<double>(high)));
}

std::chrono::milliseconds reaction(Random& random, float eta_seconds) {
    const double thinking = kReactionMsMedian * std::exp(kReactionMsSpread * normal(random));
    const double hesitating = kReactionMsPerMinuteAway * static_cast<double>(eta_seconds) / 60;
    return std::chrono::milliseconds(
        std::lround(std::clamp(thinking + hesitating, kReactionMsMin, kReactionMsMax)));
}

}  // namespace

// What it works on: from the offer it thinks about to the hand-over.
struct Vehicle::Job {
    std::string order_id;
    std::string zip;
    std::uint32_t epoch = 0;
    float eta_seconds = 0;
    Place drop_off{};
    Instant decide_at{};
    Instant give_up_at{};
    Instant report_at{};
    Cause cause{};
    streets::Route route{};
    std::size_t route_at = 0;
    float stop_seconds = 0;  // of loading or handing over that are left
};

void Vehicle::JobDeleter::operator()(Job* job) const {
    delete job;
}

Vehicle::Vehicle(World& world, std::uint64_t seed, std::uint32_t number, Place at)
    : random_(generator_for(seed, number, kBehaviour)),
      noise_(generator_for(seed, number, kNoise)),
      motion_{.place = at},
      speed_factor_(static_cast<float>(uniform(random_, 0.85, 1.1))),
      zip_(world.zip_of(at.arc)) {
    wander_.begin(world.network().point_at(at), random_);
}

// --- Negotiation ---

void Vehicle::offer(World& world, Instant now, const Offer& offer, Effects& effects) {
    if (now >= offer.expires_at) return;
    if (activity_ == Activity::kBidding && job_->order_id == offer.order_id && job_->epoch == offer.epoch) {
        // The offer came once more, so the bid may not have arrived.
        effects.push_back(PlaceBid{.order_id = offer.order_id,
                                   .zip = offer.zip,
                                   .epoch = offer.epoch,
                                   .eta_seconds = static_cast<std::uint32_t>(job_->eta_seconds),
                                   .again = true,
                                   .cause = offer.cause});
        return;
    }
    if (activity_ != Activity::kIdle || has_delivered(offer.order_id, offer.epoch)) return;
    if (!happens(random_, kWillingness)) return;

    const Place drop_off = world.place_near(offer.drop_off);
    const float eta = world.estimate_seconds(motion_.place, world.place_near(offer.pick_up), drop_off);
    if (!std::isfinite(eta)) return;
    const Instant decide_at = now + reaction(random_, eta);
    if (decide_at >= offer.expires_at) return;
    job_.reset(new Job{.order_id = offer.order_id,
                       .zip = offer.zip,
                       .epoch = offer.epoch,
                       .eta_seconds = eta,
                       .drop_off = drop_off,
                       .decide_at = decide_at,
                       .give_up_at = offer.expires_at + kAwardGrace,
                       .cause = offer.cause});
    activity_ = Activity::kDeciding;
    effects.push_back(WakeAt{decide_at});
}

void Vehicle::wake(World& world, Instant now, Effects& effects) {
    if (activity_ == Activity::kDeciding && now >= job_->decide_at) {
        activity_ = Activity::kBidding;
        effects.push_back(PlaceBid{.order_id = job_->order_id,
                                   .zip = job_->zip,
                                   .epoch = job_->epoch,
                                   .eta_seconds = static_cast<std::uint32_t>(job_->eta_seconds),
                                   .cause = job_->cause});
        effects.push_back(WakeAt{job_->give_up_at});
    } else if (activity_ == Activity::kBidding && now >= job_->give_up_at) {
        forget_job();
        note_zip(world, effects);
    } else if (carries_order(activity_) && now >= job_->report_at) {
        effects.push_back(report());
        effects.push_back(WakeAt{job_->report_at = now + kStillAtIt});
    }
}

void Vehicle::bid_lost(std::string_view order_id, std::uint32_t epoch) {
    const bool waits = activity_ == Activity::kDeciding || activity_ == Activity::kBidding;
    if (waits && job_->order_id == order_id && job_->epoch <= epoch) forget_job();
}

void Vehicle::deliver(World& world, Instant now, const Award& award, Effects& effects) {
    if (carries_order(activity_)) {
        // A repeat, a later award of the order it has already, or an order it has no room for: in each case
        // the answer is what it is doing.
        if (job_->order_id == award.order_id) job_->epoch = std::max(job_->epoch, award.epoch);
        effects.push_back(report());
        return;
    }
    if (has_delivered(award.order_id, award.epoch)) {
        effects.push_back(Report{
            .order_id = award.order_id, .epoch = award.epoch, .delivered = true, .cause = award.cause});
        return;
    }
    if (job_ && job_->order_id == award.order_id && award.epoch < job_->epoch) return;
    job_.reset(new Job{.order_id = award.order_id,
                       .zip = {},
                       .epoch = award.epoch,
                       .drop_off = world.place_near(award.drop_off),
                       .cause = award.cause});
    set_off(world, Activity::kToPickUp, world.place_near(award.pick_up));
    effects.push_back(report());
    effects.push_back(WakeAt{job_->report_at = now + kStillAtIt});
}

void Vehicle::revoke(World& world, std::string_view order_id, std::uint32_t epoch, const Cause& cause,
                     Effects& effects) {
    if (!job_ || job_->order_id != order_id || job_->epoch > epoch) return;
    if (!carries_order(activity_)) {
        forget_job();
        return;
    }
    become_free(world, effects);
    effects.push_back(Report{.cause = cause});
}

void Vehicle::forget_job() {
    job_.reset();
    activity_ = Activity::kIdle;
}

void Vehicle::become_free(World& world, Effects& effects) {
    forget_job();
    wander_.begin(world.network().point_at(motion_.place), random_);
    note_zip(world, effects);
}

void Vehicle::note_zip(const World& world, Effects& effects) {
    const streets::ZipId now_in = world.zip_of(motion_.place.arc);
    if (now_in == zip_) return;
    zip_ = now_in;
    effects.push_back(EnterZip{now_in});
}

bool Vehicle::has_delivered(std::string_view order_id, std::uint32_t epoch) const {
    return last_epoch_ >= epoch && last_order_hash_ == std::hash<std::string_view>{}(order_id);
}

Report Vehicle::report() const {
    if (!carries_order(activity_)) return {};
    return {.activity = activity_, .order_id = job_->order_id, .epoch = job_->epoch, .cause = job_->cause};
}

// --- Driving ---

void Vehicle::set_off(World& world, Activity activity, Place to) {
    activity_ = activity;
    job_->route = world.route(motion_.place, to, motion_.speed == 0);
    job_->route_at = 0;
    // The bundled city is strongly connected; in another, one that cannot be reached is where the vehicle is
    // already.
    if (job_->route.empty())
        job_->route = {{motion_.place.arc}, motion_.place.offset, motion_.place.offset, 0};
    motion_.place = {job_->route.arcs.front(), job_->route.begin};
}

// Returns the seconds that are left when it has arrived; 0 when it is still on its way.
double Vehicle::drive_route(World& world, double seconds) {
    Job& job = *job_;
    const Way way{.arcs = std::span(job.route.arcs).subspan(job.route_at),
                  .end = job.route.end,
                  .speed_factor = speed_factor_};
    const Driven driven = drive(world.network(), motion_, way, seconds);
    job.route_at += driven.arcs_passed;
    return driven.arrived ? std::max(driven.seconds_left, 1e-9) : 0;
}

// Does the next piece of the job and returns the time that is left for the one after.
double Vehicle::work(World& world, double seconds, Effects& effects) {
    const bool stands = activity_ == Activity::kLoading || activity_ == Activity::kHandingOver;
    if (stands) {
        const double used = std::min(seconds, static_cast<double>(job_->stop_seconds));
        job_->stop_seconds -= static_cast<float>(used);
        if (job_->stop_seconds > 0) return 0;
        if (activity_ == Activity::kHandingOver) {
            finish(world, effects);
            return 0;
        }
        set_off(world, Activity::kToCustomer, job_->drop_off);
        effects.push_back(report());
        return seconds - used;
    }
    const double left = drive_route(world, seconds);
    if (left == 0) return 0;
    const bool at_pick_up = activity_ == Activity::kToPickUp;
    activity_ = at_pick_up ? Activity::kLoading : Activity::kHandingOver;
    job_->stop_seconds = at_pick_up ? draw_seconds(random_, kLoadSecondsMin, kLoadSecondsMax)
                                    : draw_seconds(random_, kHandOverSecondsMin, kHandOverSecondsMax);
    return left;
}

void Vehicle::finish(World& world, Effects& effects) {
    last_order_hash_ = std::hash<std::string_view>{}(job_->order_id);
    last_epoch_ = job_->epoch;
    effects.push_back(Report{.order_id = job_->order_id,
                             .epoch = job_->epoch,
                             .delivered = true,
                             .cause = std::move(job_->cause)});
    become_free(world, effects);
}

void Vehicle::advance(World& world, double seconds, Effects& effects) {
    if (!carries_order(activity_)) {
        wander_.advance(world.network(), motion_, speed_factor_, seconds, random_);
        note_zip(world, effects);
        return;
    }
    while (seconds > 0 && carries_order(activity_)) seconds = work(world, seconds, effects);
}

Fix Vehicle::fix(const World& world) {
    const double fresh = kNoiseMetres * std::sqrt(1 - kNoiseMemory * kNoiseMemory);
    const auto drift = [&](float& error) {
        error = static_cast<float>(kNoiseMemory * static_cast<double>(error) + fresh * normal(noise_));
        return static_cast<double>(error);
    };
    const Point error{drift(noise_x_), drift(noise_y_)};
    const Point direction = world.network().direction_at(motion_.place);
    const double degrees = std::atan2(direction.x, direction.y) * (180 / 3.14159265358979323846);
    return {.position = world.network().plane().to_degrees(world.network().point_at(motion_.place) + error),
            .speed = motion_.speed,
            .heading_degrees = static_cast<float>(degrees < 0 ? degrees + 360 : degrees)};
}

}  // namespace dray::fleet
