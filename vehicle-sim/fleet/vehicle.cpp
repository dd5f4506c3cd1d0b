#include "fleet/vehicle.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fleet/chance.h"
#include "fleet/negotiation.h"
#include "streets/corners.h"

namespace dray::fleet {

using streets::Place;
using streets::Point;

namespace {

enum Purpose : std::uint64_t { kBehaviour = 1, kNoise = 2, kCondition = 4 };

constexpr double kLoadSecondsMin = 20, kLoadSecondsMax = 60;
constexpr double kHandOverSecondsMin = 15, kHandOverSecondsMax = 45;
constexpr double kPunctualitySeconds = 600;  // a shift begins or ends so much early or late
constexpr float kRangeAtStartMin = 0.4F;     // of a full tank
constexpr float kRangeLow = 0.15F;           // an idle vehicle refuels below this
constexpr float kRangeNearlyFull = 0.9F;     // a detour to a station would gain nothing
constexpr float kRangeBrought = 0.1F;        // what the roadside service brings one that ran dry
constexpr float kRefuelReserveMetres = 3000;
constexpr double kWayToleranceMetres = 20;
constexpr double kNoiseMemory = 0.9;  // a receiver's error drifts rather than jumps

constexpr float kInfinite = std::numeric_limits<float>::infinity();

double stop_seconds(Random& random, const Profile& profile, Stop::Kind kind) {
    switch (kind) {
        case Stop::Kind::kPickUp:
            return uniform(random, kLoadSecondsMin, kLoadSecondsMax);
        case Stop::Kind::kHandOver:
            return uniform(random, kHandOverSecondsMin, kHandOverSecondsMax);
        case Stop::Kind::kRefuel:
            return uniform(random, 0.8, 1.2) * profile.refuel_minutes * 60;
    }
    return 0;
}

float draw_breakdown_metres(Random& random, const Profile& profile) {
    if (profile.breakdowns_per_10000_km <= 0) return kInfinite;
    return static_cast<float>(exponential(random, 1e7 / profile.breakdowns_per_10000_km));
}

}  // namespace

Vehicle::Vehicle(World& world, const Profile& profile, const Scenario& scenario, std::uint32_t number,
                 Place at)
    : profile_(&profile),
      random_(generator_for(scenario.seed, number, kBehaviour)),
      noise_(generator_for(scenario.seed, number, kNoise)),
      motion_{.place = at},
      pace_(static_cast<float>(uniform(random_, profile.pace_min, profile.pace_max))),
      range_metres_(kInfinite),
      duty_seconds_(kInfinite),
      zip_(world.zip_of(at.arc)) {
    Random condition = generator_for(scenario.seed, number, kCondition);
    breakdown_metres_ = draw_breakdown_metres(condition, profile);
    if (profile.range_km > 0)
        range_metres_ = full_range_metres() *
                        (kRangeAtStartMin + (1 - kRangeAtStartMin) * static_cast<float>(uniform(condition)));
    if (profile.shift) {
        const double late = uniform(condition, -kPunctualitySeconds, kPunctualitySeconds);
        const double length = profile.shift->seconds();
        double since_begin = std::fmod(scenario.time_of_day_s - profile.shift->from_s - late, kSecondsPerDay);
        if (since_begin < 0) since_begin += kSecondsPerDay;
        on_duty_ = since_begin < length;
        duty_seconds_ = static_cast<float>((on_duty_ ? length : kSecondsPerDay) - since_begin);
    }
    wander_.begin(world.network().point_at(at), random_);
}

Activity Vehicle::activity() const {
    if (!on_duty_) return Activity::kOffDuty;
    if (broken_down()) return Activity::kBrokenDown;
    if (tour_) {
        const bool stands = tour_->standing;
        switch (tour_->stops.front().kind) {
            case Stop::Kind::kRefuel:
                return Activity::kRefuelling;
            case Stop::Kind::kPickUp:
                return stands ? Activity::kLoading : Activity::kToPickUp;
            case Stop::Kind::kHandOver:
                return stands ? Activity::kHandingOver : Activity::kToCustomer;
        }
    }
    if (negotiation_) return negotiation_->has_bid ? Activity::kBidding : Activity::kDeciding;
    return Activity::kIdle;
}

bool Vehicle::has_room() const {
    return on_duty_ && !broken_down() && (!tour_ || !tour_->refuels()) && orders() < profile_->capacity;
}

// --- Driving ---

void Vehicle::advance(World& world, double seconds, Effects& effects) {
    keep_hours(world, seconds, effects);
    if (!on_duty_) return;
    if (broken_down()) seconds = mend(seconds, effects);
    if (seconds > 0 && !tour_) {
        const float pace = pace_ * world.conditions().traffic(motion_.place.arc);
        wear(wander_.advance(world.network(), motion_, pace, seconds, random_), effects);
        if (!tour_ && !negotiation_ && range_metres_ < kRangeLow * full_range_metres()) {
            begin_tour(world, {.place = world.station_near(world.network().point_at(motion_.place))});
            report(effects);
        }
    } else {
        while (seconds > 0 && tour_ && !broken_down()) seconds = work(world, seconds, effects);
    }
    if (has_room()) note_zip(world, effects);
}

// Drives towards the next stop; `seconds` becomes what is left on arrival, 0 while it is under way. Returns
// the metres.
float Vehicle::drive_route(World& world, double& seconds) {
    Tour& tour = *tour_;
    const Way way{.arcs = std::span(tour.route.arcs).subspan(tour.route_at),
                  .end = tour.route.end,
                  .speed_factor = pace_ * world.conditions().traffic(motion_.place.arc)};
    const Driven driven = drive(world.network(), motion_, way, seconds);
    tour.route_at += driven.arcs_passed;
    seconds = driven.arrived ? std::max(driven.seconds_left, 1e-9) : 0;
    return driven.metres;
}

// Does the next piece of the tour and returns the time that is left for the one after.
double Vehicle::work(World& world, double seconds, Effects& effects) {
    Tour& tour = *tour_;
    if (tour.standing) {
        const double used = std::min(seconds, static_cast<double>(tour.stop_seconds));
        tour.stop_seconds -= static_cast<float>(used);
        if (tour.stop_seconds > 0) return 0;
        leave_stop(world, effects);
        return seconds - used;
    }
    const float metres = drive_route(world, seconds);
    if (seconds > 0) {
        tour.standing = true;
        tour.stop_seconds = static_cast<float>(stop_seconds(random_, *profile_, tour.stops.front().kind));
    }
    wear(metres, effects);
    return seconds;
}

void Vehicle::leave_stop(World& world, Effects& effects) {
    Tour& tour = *tour_;
    const Stop stop = std::move(tour.stops.front());
    tour.stops.erase(tour.stops.begin());
    tour.standing = false;
    if (stop.kind == Stop::Kind::kRefuel) range_metres_ = full_range_metres();
    if (stop.kind == Stop::Kind::kHandOver) finish(stop.order_id, effects);
    if (stop.kind == Stop::Kind::kPickUp) tour.find(stop.order_id)->aboard = true;
    if (tour.stops.empty()) {
        become_free(world, effects);
        if (stop.kind == Stop::Kind::kRefuel) report(effects);
        return;
    }
    head_for_next_stop(world);
    if (stop.kind == Stop::Kind::kPickUp) effects.emplace_back(report_of(*tour.find(stop.order_id)));
    if (stop.kind != Stop::Kind::kPickUp) report(effects);
}

void Vehicle::finish(const std::string& order_id, Effects& effects) {
    const Load load = *tour_->find(order_id);
    tour_->remove(order_id);
    last_order_hash_ = std::hash<std::string_view>{}(order_id);
    last_epoch_ = load.epoch;
    // A vehicle is idle only when it has no other order.
    effects.emplace_back(
        Report{.activity = orders() == 0 ? Activity::kIdle : report_of(tour_->loads.front()).activity,
               .order_id = load.order_id,
               .epoch = load.epoch,
               .delivered = true,
               .cause = load.cause});
}

void Vehicle::begin_tour(World& world, const Stop& stop) {
    tour_ = std::make_unique<Tour>();
    tour_->stops.push_back(stop);
    head_for_next_stop(world);
}

void Vehicle::head_for_next_stop(World& world) {
    Tour& tour = *tour_;
    const auto find_way = [&] {
        tour.route = world.route(motion_.place, tour.stops.front().place, motion_.speed == 0);
    };
    find_way();
    const auto metres = static_cast<float>(length_of(world.network(), tour.route));
    if (tour.stops.front().kind != Stop::Kind::kRefuel && range_metres_ < metres + kRefuelReserveMetres &&
        range_metres_ < kRangeNearlyFull * full_range_metres()) {
        tour.stops.insert(tour.stops.begin(),
                          Stop{.place = world.station_near(world.network().point_at(motion_.place))});
        find_way();
    }
    tour.route_at = 0;
    // The bundled city is strongly connected; in another, a stop that cannot be reached is where the vehicle
    // is already.
    if (tour.route.empty()) tour.route = {{motion_.place.arc}, motion_.place.offset, motion_.place.offset, 0};
    motion_.place = {tour.route.arcs.front(), tour.route.begin};
}

void Vehicle::become_free(World& world, Effects& effects) {
    tour_.reset();
    wander_.begin(world.network().point_at(motion_.place), random_);
    note_zip(world, effects);
}

void Vehicle::note_zip(const World& world, Effects& effects) {
    const streets::ZipId now_in = world.zip_of(motion_.place.arc);
    if (now_in == zip_) return;
    zip_ = now_in;
    effects.emplace_back(EnterZip{now_in});
}

// --- Shifts and breakdowns ---

void Vehicle::keep_hours(const World& world, double seconds, Effects& effects) {
    if (!profile_->shift) return;
    duty_seconds_ -= static_cast<float>(seconds);
    if (duty_seconds_ > 0) return;
    if (on_duty_) {
        if (tour_ || negotiation_) return;  // what has been begun is finished first
        on_duty_ = false;
        motion_.speed = 0;
        duty_seconds_ += static_cast<float>(kSecondsPerDay - profile_->shift->seconds());
    } else {
        on_duty_ = true;
        duty_seconds_ += static_cast<float>(profile_->shift->seconds());
        note_zip(world, effects);
    }
    report(effects);
}

void Vehicle::break_down(Effects& effects) {
    if (!on_duty_ || broken_down()) return;
    repair_seconds_ = static_cast<float>(60 + exponential(random_, profile_->repair_minutes * 60));
    motion_.speed = 0;
    end_negotiation();
    report(effects);
}

// Returns the seconds that are left when it runs again.
double Vehicle::mend(double seconds, Effects& effects) {
    repair_seconds_ -= static_cast<float>(seconds);
    if (repair_seconds_ > 0) return 0;
    const double left = static_cast<double>(-repair_seconds_);
    repair_seconds_ = 0;
    breakdown_metres_ = draw_breakdown_metres(random_, *profile_);
    range_metres_ = std::max(range_metres_, kRangeBrought * full_range_metres());
    report(effects);
    return left;
}

void Vehicle::wear(float metres, Effects& effects) {
    range_metres_ -= metres;
    breakdown_metres_ -= metres;
    if (range_metres_ <= 0 || breakdown_metres_ <= 0) break_down(effects);
}

// --- Position ---

std::vector<streets::GeoPoint> Vehicle::way_ahead(const World& world) const {
    if (!tour_ || tour_->route_at >= tour_->route.arcs.size()) return {};
    std::vector<streets::GeoPoint> line;
    for (const Point corner :
         streets::corners(world.network(), std::span(tour_->route.arcs).subspan(tour_->route_at),
                          motion_.place.offset, tour_->route.end, kWayToleranceMetres))
        line.push_back(world.network().plane().to_degrees(corner));
    return line;
}

std::optional<Fix> Vehicle::fix(const World& world) {
    if (!world.conditions().sky(motion_.place.arc)) return std::nullopt;
    const double fresh = profile_->gps_noise_m * std::sqrt(1 - kNoiseMemory * kNoiseMemory);
    const auto drift = [&](float& error) {
        error = static_cast<float>(kNoiseMemory * static_cast<double>(error) + fresh * normal(noise_));
        return static_cast<double>(error);
    };
    const Point error{drift(noise_x_), drift(noise_y_)};
    const Point direction = world.network().direction_at(motion_.place);
    const double degrees = std::atan2(direction.x, direction.y) * (180 / 3.14159265358979323846);
    return Fix{
        .position = world.network().plane().to_degrees(world.network().point_at(motion_.place) + error),
        .speed = motion_.speed,
        .heading_degrees = static_cast<float>(degrees < 0 ? degrees + 360 : degrees)};
}

}  // namespace dray::fleet
