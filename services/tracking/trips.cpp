#include "services/tracking/trips.h"

#include <soci/soci.h>

#include <algorithm>
#include <cmath>

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

double metres_left(const Trip& trip, const v1::Position& at) {
    if (trip.state == v1::VEHICLE_STATE_TO_CUSTOMER)
        return kStreetFactor * distance_metres(at, trip.drop_off);
    return kStreetFactor * (distance_metres(at, trip.pick_up) + distance_metres(trip.pick_up, trip.drop_off));
}

void learn_pace(Trip& trip, const v1::Location& fix) {
    if (trip.last_fix && fix.time_ms() > trip.last_fix->time_ms()) {
        const double seconds = static_cast<double>(fix.time_ms() - trip.last_fix->time_ms()) / 1000;
        const double pace = distance_metres(trip.last_fix->position(), fix.position()) / seconds;
        trip.pace_mps = trip.pace_mps == 0 ? pace : (1 - kSmoothing) * trip.pace_mps + kSmoothing * pace;
    }
    trip.last_fix = fix;
}

std::uint32_t eta_seconds(const Trip& trip, const v1::Position& at) {
    const double pace = trip.pace_mps == 0 ? kTypicalPaceMps : std::max(trip.pace_mps, kSlowestPaceMps);
    return static_cast<std::uint32_t>(std::lround(metres_left(trip, at) / pace));
}

}  // namespace

const char* const kSchema = R"(
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
)";

void Trips::load(Transaction& tx) {
    const soci::rowset<soci::row> rows =
        (tx.sql().prepare << "SELECT vehicle_id, order_id, epoch, pick_up_latitude, pick_up_longitude, "
                             "drop_off_latitude, drop_off_longitude, cause_id, traceparent FROM trips");
    for (const auto& row : rows) {
        Trip trip;
        trip.vehicle_id = row.get<std::string>(0);
        trip.order_id = row.get<std::string>(1);
        trip.epoch = static_cast<std::uint32_t>(row.get<int>(2));
        trip.pick_up = service::make_position(row.get<double>(3), row.get<double>(4));
        trip.drop_off = service::make_position(row.get<double>(5), row.get<double>(6));
        trip.cause.set_order_id(trip.order_id);
        trip.cause.set_event_id(row.get<std::string>(7));
        trip.cause.set_traceparent(row.get<std::string>(8));
        by_vehicle_.insert_or_assign(trip.vehicle_id, trip);
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
    tx.sql() << "DELETE FROM trips WHERE vehicle_id = :vehicle", use(trip.vehicle_id);
    tx.sql()
        << "INSERT INTO trips VALUES (:vehicle, :order, :epoch, :plat, :plon, :dlat, :dlon, :cause, :trace)",
        use(trip.vehicle_id), use(trip.order_id), use(epoch), use(pick_up_latitude), use(pick_up_longitude),
        use(drop_off_latitude), use(drop_off_longitude), use(trip.cause.event_id()),
        use(trip.cause.traceparent());
    by_vehicle_.insert_or_assign(trip.vehicle_id, trip);
}

void Trips::ended(Transaction& tx, const std::string& order_id) {
    tx.sql() << "DELETE FROM trips WHERE order_id = :order", use(order_id);
    std::erase_if(by_vehicle_, [&](const auto& entry) { return entry.second.order_id == order_id; });
}

void Trips::vehicle_reports(const v1::VehicleStatus& status) {
    const auto found = by_vehicle_.find(status.vehicle_id());
    if (found == by_vehicle_.end() || status.header().order_id() != found->second.order_id) return;
    if (status.state() == v1::VEHICLE_STATE_TO_PICK_UP || status.state() == v1::VEHICLE_STATE_TO_CUSTOMER) {
        found->second.state = status.state();
    }
}

std::optional<v1::TrackingUpdate> Trips::located(const v1::Location& location, std::int64_t now_ms) {
    const auto found = by_vehicle_.find(location.vehicle_id());
    if (found == by_vehicle_.end()) return std::nullopt;
    auto& trip = found->second;
    if (trip.last_fix && location.time_ms() < trip.last_fix->time_ms()) return std::nullopt;  // late
    learn_pace(trip, location);
    if (now_ms - trip.published_at_ms < kUpdateEveryMs) return std::nullopt;
    trip.published_at_ms = now_ms;
    v1::TrackingUpdate update;
    service::complete_header(*update.mutable_header(), trip.cause, "dray-tracking");
    update.set_vehicle_id(trip.vehicle_id);
    *update.mutable_position() = location.position();
    update.set_speed_mps(location.speed_mps());
    update.set_heading_degrees(location.heading_degrees());
    update.set_time_ms(location.time_ms());
    update.set_eta_seconds(eta_seconds(trip, location.position()));
    update.set_state(trip.state);
    *update.mutable_drop_off() = trip.drop_off;
    *update.mutable_pick_up() = trip.pick_up;
    return update;
}

}  // namespace dray::tracking
