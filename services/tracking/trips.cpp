#include "services/tracking/trips.h"

#include <soci/soci.h>

#include <algorithm>
#include <cmath>

#include "services/common/active_instance.h"
#include "services/common/zips.h"

namespace dray::tracking {
namespace {

using service::distance_metres;
using service::Transaction;
using soci::use;

constexpr std::int64_t kUpdateEveryMs = 900;  // vehicles report each second, not to the millisecond
constexpr double kStreetFactor = 1.35;        // how much longer streets are than the crow's way
constexpr double kTypicalPaceMps = 8;
constexpr double kSlowestPaceMps = 0.5;
constexpr double kSmoothing = 0.15;

bool has_it(const Trip& trip) {
    return trip.state == v1::VEHICLE_STATE_TO_CUSTOMER;
}

double metres_left(const Trip& trip, const v1::Position& at) {
    if (has_it(trip)) return kStreetFactor * distance_metres(at, trip.drop_off);
    return kStreetFactor * (distance_metres(at, trip.pick_up) + distance_metres(trip.pick_up, trip.drop_off));
}

std::uint32_t eta_seconds(const Trip& trip, double pace_mps, const v1::Position& at) {
    const double pace = pace_mps == 0 ? kTypicalPaceMps : std::max(pace_mps, kSlowestPaceMps);
    return static_cast<std::uint32_t>(std::lround(metres_left(trip, at) / pace));
}

v1::Zone zone_of(const Trip& trip, const v1::Position& at) {
    if (!has_it(trip)) return v1::ZONE_UNSPECIFIED;
    const double metres = distance_metres(at, trip.drop_off);
    if (metres <= kAtTheDoorMetres) return v1::ZONE_AT_THE_DOOR;
    return metres <= kArrivingMetres ? v1::ZONE_ARRIVING : v1::ZONE_UNSPECIFIED;
}

v1::OrderNear make_near(const Trip& trip) {
    v1::OrderNear near;
    near.mutable_header()->set_order_id(trip.order_id);
    near.set_vehicle_id(trip.vehicle_id);
    near.set_zone(trip.zone);
    return near;
}

bool drives(v1::VehicleState state) {
    return state == v1::VEHICLE_STATE_TO_PICK_UP || state == v1::VEHICLE_STATE_TO_CUSTOMER;
}

Trip read_trip(const soci::row& row) {
    Trip trip;
    trip.vehicle_id = row.get<std::string>(0);
    trip.order_id = row.get<std::string>(1);
    trip.epoch = static_cast<std::uint32_t>(row.get<int>(2));
    trip.pick_up = service::make_position(row.get<double>(3), row.get<double>(4));
    trip.drop_off = service::make_position(row.get<double>(5), row.get<double>(6));
    trip.cause.set_order_id(trip.order_id);
    trip.cause.set_event_id(row.get<std::string>(7));
    trip.cause.set_traceparent(row.get<std::string>(8));
    trip.zone = static_cast<v1::Zone>(row.get<int>(9));
    return trip;
}

std::string farther_text(const Trip& trip, double metres) {
    return std::to_string(std::lround(metres)) + " m farther from " +
           (has_it(trip) ? "the customer" : "the pick-up") + " than it had been";
}

v1::Alert make_off_route(const Trip& trip, const v1::Location& at, double metres, const std::string& text) {
    v1::Alert alert;
    alert.mutable_header()->set_order_id(trip.order_id);
    alert.set_vehicle_id(trip.vehicle_id);
    *alert.mutable_position() = at.position();
    alert.set_speed_mps(at.speed_mps());
    alert.set_metres_off(static_cast<float>(metres));
    alert.set_text(text);
    return alert;
}

}  // namespace

const std::vector<std::string> kMigrations = {R"(
    CREATE TABLE trips (
        vehicle_id TEXT PRIMARY KEY,
        order_id TEXT NOT NULL UNIQUE,
        epoch INTEGER NOT NULL,
        pick_up_latitude DOUBLE PRECISION NOT NULL,
        pick_up_longitude DOUBLE PRECISION NOT NULL,
        drop_off_latitude DOUBLE PRECISION NOT NULL,
        drop_off_longitude DOUBLE PRECISION NOT NULL,
        cause_id TEXT NOT NULL,
        traceparent TEXT NOT NULL
    );
)",
                                              R"(
    ALTER TABLE trips RENAME TO trips_of_one;
    CREATE TABLE trips (
        order_id TEXT PRIMARY KEY,
        vehicle_id TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        pick_up_latitude DOUBLE PRECISION NOT NULL,
        pick_up_longitude DOUBLE PRECISION NOT NULL,
        drop_off_latitude DOUBLE PRECISION NOT NULL,
        drop_off_longitude DOUBLE PRECISION NOT NULL,
        cause_id TEXT NOT NULL,
        traceparent TEXT NOT NULL,
        zone INTEGER NOT NULL DEFAULT 0
    );
    INSERT INTO trips (order_id, vehicle_id, epoch, pick_up_latitude, pick_up_longitude, drop_off_latitude,
        drop_off_longitude, cause_id, traceparent)
        SELECT order_id, vehicle_id, epoch, pick_up_latitude, pick_up_longitude, drop_off_latitude,
        drop_off_longitude, cause_id, traceparent FROM trips_of_one;
    DROP TABLE trips_of_one;
)",
                                              service::kActiveInstanceSchema};

void Trips::add(Trip trip) {
    by_vehicle_[trip.vehicle_id].trips.insert_or_assign(trip.order_id, std::move(trip));
}

void Trips::refresh(Transaction& tx) {
    const auto before = std::exchange(by_vehicle_, {});
    const soci::rowset<soci::row> rows =
        (tx.sql().prepare << "SELECT vehicle_id, order_id, epoch, pick_up_latitude, pick_up_longitude, "
                             "drop_off_latitude, drop_off_longitude, cause_id, traceparent, zone FROM trips");
    for (const auto& row : rows) {
        auto trip = read_trip(row);
        if (const auto carrier = before.find(trip.vehicle_id); carrier != before.end()) {
            const auto& known = carrier->second;
            by_vehicle_.try_emplace(trip.vehicle_id, Carrier{.trips = {},
                                                             .last_fix = known.last_fix,
                                                             .pace_mps = known.pace_mps,
                                                             .published_at_ms = known.published_at_ms});
            const auto same = known.trips.find(trip.order_id);
            if (same != known.trips.end() && same->second.epoch == trip.epoch) {
                trip.state = same->second.state;
                trip.way = same->second.way;
            }
        }
        add(std::move(trip));
    }
}

void Trips::awarded(Transaction& tx, const v1::Award& award) {
    ended(tx, award.header().order_id());  // an earlier epoch's vehicle
    Trip trip{.order_id = award.header().order_id(),
              .vehicle_id = award.vehicle_id(),
              .epoch = award.epoch(),
              .pick_up = award.pick_up(),
              .drop_off = award.drop_off(),
              .cause = award.header()};
    const double pick_up_latitude = trip.pick_up.latitude();
    const double pick_up_longitude = trip.pick_up.longitude();
    const double drop_off_latitude = trip.drop_off.latitude();
    const double drop_off_longitude = trip.drop_off.longitude();
    const auto epoch = static_cast<int>(trip.epoch);
    tx.sql() << "INSERT INTO trips (order_id, vehicle_id, epoch, pick_up_latitude, pick_up_longitude, "
                "drop_off_latitude, drop_off_longitude, cause_id, traceparent) "
                "VALUES (:order, :vehicle, :epoch, :plat, :plon, :dlat, :dlon, :cause, :trace)",
        use(trip.order_id), use(trip.vehicle_id), use(epoch), use(pick_up_latitude), use(pick_up_longitude),
        use(drop_off_latitude), use(drop_off_longitude), use(trip.cause.event_id()),
        use(trip.cause.traceparent());
    add(std::move(trip));
}

void Trips::ended(Transaction& tx, const std::string& order_id) {
    tx.sql() << "DELETE FROM trips WHERE order_id = :order", use(order_id);
    for (auto at = by_vehicle_.begin(); at != by_vehicle_.end();) {
        at->second.trips.erase(order_id);
        at = at->second.trips.empty() ? by_vehicle_.erase(at) : std::next(at);
    }
}

void Trips::announce(Transaction& tx, const v1::OrderNear& near) {
    const int zone = near.zone();
    std::string cause;
    std::string traceparent;
    tx.sql() << "SELECT cause_id, traceparent FROM trips WHERE order_id = :order AND vehicle_id = :vehicle "
                "AND zone < :zone",
        use(near.header().order_id()), use(near.vehicle_id()), use(zone), soci::into(cause),
        soci::into(traceparent);
    if (!tx.sql().got_data()) return;
    tx.sql() << "UPDATE trips SET zone = :zone WHERE order_id = :order", use(zone),
        use(near.header().order_id());
    v1::EventHeader award = near.header();
    award.set_event_id(cause);
    award.set_traceparent(traceparent);
    tx.answer_to(award);
    tx.publish("order/near/" + near.header().order_id(), near);
}

void Trips::vehicle_reports(const v1::VehicleStatus& status) {
    if (!drives(status.state())) {
        planned_.erase(status.vehicle_id());
        return;
    }
    planned_.insert_or_assign(status.vehicle_id(), PlannedWay(status));
    const auto carrier = by_vehicle_.find(status.vehicle_id());
    if (carrier == by_vehicle_.end()) return;
    const auto found = carrier->second.trips.find(status.header().order_id());
    if (found == carrier->second.trips.end()) return;
    auto& trip = found->second;
    if (trip.state == status.state()) return;
    trip.state = status.state();
    trip.way.begin();
}

void Trips::learn_pace(Carrier& carrier, const v1::Location& fix) {
    if (carrier.last_fix && fix.time_ms() > carrier.last_fix->time_ms()) {
        const double seconds = static_cast<double>(fix.time_ms() - carrier.last_fix->time_ms()) / 1000;
        const double pace = distance_metres(carrier.last_fix->position(), fix.position()) / seconds;
        carrier.pace_mps =
            carrier.pace_mps == 0 ? pace : (1 - kSmoothing) * carrier.pace_mps + kSmoothing * pace;
    }
    carrier.last_fix = fix;
}

News Trips::located(const v1::Location& location, std::int64_t now_ms) {
    News news;
    const auto found = by_vehicle_.find(location.vehicle_id());
    if (found == by_vehicle_.end()) return news;
    auto& carrier = found->second;
    if (carrier.last_fix && location.time_ms() < carrier.last_fix->time_ms()) return news;  // late
    learn_pace(carrier, location);
    const bool is_due = now_ms - carrier.published_at_ms >= kUpdateEveryMs;
    if (is_due) carrier.published_at_ms = now_ms;
    for (auto& [order, trip] : carrier.trips) {
        const auto zone = zone_of(trip, location.position());
        if (zone > trip.zone) {
            trip.zone = zone;
            news.near.push_back(make_near(trip));
        }
        if (is_due) news.updates.push_back(make_update(carrier, trip, location));
    }
    news.off_route = off_route(carrier, location);
    return news;
}

std::vector<v1::Alert> Trips::off_route(Carrier& carrier, const v1::Location& fix) {
    auto& first = carrier.trips.begin()->second;
    if (const auto planned = planned_.find(fix.vehicle_id());
        planned != planned_.end() && planned->second.is_known()) {
        const auto metres = planned->second.strayed(fix);
        if (!metres) return {};
        return {make_off_route(first, fix, *metres,
                               std::to_string(std::lround(*metres)) + " m off the way it was to take")};
    }
    if (carrier.trips.size() > 1) return {};  // one of several may well be farther off for a while
    const auto& target = has_it(first) ? first.drop_off : first.pick_up;
    const auto metres = first.way.strayed(distance_metres(fix.position(), target));
    if (!metres) return {};
    return {make_off_route(first, fix, *metres, farther_text(first, *metres))};
}

v1::TrackingUpdate Trips::make_update(const Carrier& carrier, const Trip& trip,
                                      const v1::Location& location) {
    v1::TrackingUpdate update;
    service::complete_header(*update.mutable_header(), trip.cause, "dray-tracking");
    update.set_vehicle_id(trip.vehicle_id);
    *update.mutable_position() = location.position();
    update.set_speed_mps(location.speed_mps());
    update.set_heading_degrees(location.heading_degrees());
    update.set_time_ms(location.time_ms());
    update.set_eta_seconds(eta_seconds(trip, carrier.pace_mps, location.position()));
    update.set_state(trip.state);
    update.set_zone(trip.zone);
    *update.mutable_drop_off() = trip.drop_off;
    *update.mutable_pick_up() = trip.pick_up;
    return update;
}

}  // namespace dray::tracking
