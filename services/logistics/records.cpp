#include "services/logistics/records.h"

#include <soci/soci.h>

#include <algorithm>

#include "services/common/zips.h"
#include "services/logistics/dispatch.h"

namespace dray::logistics {
namespace {

using service::Transaction;
using soci::into;
using soci::use;

constexpr char kOrderColumns[] =
    "order_id, zip, state, epoch, attempt, first_offered_at, offered_at, expires_at, deadline, "
    "pick_up_latitude, pick_up_longitude, drop_off_latitude, drop_off_longitude, cause_id, traceparent, "
    "reason, decide_at";

OpenOrder read_order(const soci::row& row) {
    OpenOrder order;
    order.id = row.get<std::string>(0);
    order.zip = row.get<std::string>(1);
    order.state = row.get<std::string>(2);
    order.epoch = row.get<int>(3);
    order.attempt = row.get<int>(4);
    order.first_offered_at = row.get<long long>(5);
    order.offered_at = row.get<long long>(6);
    order.expires_at = row.get<long long>(7);
    order.deadline = row.get<long long>(8);
    order.pick_up = service::make_position(row.get<double>(9), row.get<double>(10));
    order.drop_off = service::make_position(row.get<double>(11), row.get<double>(12));
    order.cause.set_event_id(row.get<std::string>(13));
    order.cause.set_traceparent(row.get<std::string>(14));
    order.cause.set_order_id(order.id);
    order.reason = row.get<std::string>(15);
    order.decide_at = row.get<long long>(16);
    return order;
}

std::vector<OpenOrder> read_orders(const soci::rowset<soci::row>& rows) {
    std::vector<OpenOrder> orders;
    for (const auto& row : rows) orders.push_back(read_order(row));
    return orders;
}

// Of the columns order_id, epoch, vehicle_id, bid_id.
std::vector<ActiveAward> read_awards(const soci::rowset<soci::row>& rows) {
    std::vector<ActiveAward> awards;
    for (const auto& row : rows) {
        awards.push_back({.order_id = row.get<std::string>(0),
                          .epoch = row.get<int>(1),
                          .vehicle_id = row.get<std::string>(2),
                          .bid_id = row.get<std::string>(3)});
    }
    return awards;
}

}  // namespace

const std::vector<std::string> kMigrations = {R"(
    CREATE TABLE orders (
        order_id TEXT PRIMARY KEY,
        zip TEXT NOT NULL,
        state TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        first_offered_at BIGINT NOT NULL,
        offered_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        deadline BIGINT NOT NULL,
        pick_up_latitude DOUBLE PRECISION NOT NULL,
        pick_up_longitude DOUBLE PRECISION NOT NULL,
        drop_off_latitude DOUBLE PRECISION NOT NULL,
        drop_off_longitude DOUBLE PRECISION NOT NULL,
        cause_id TEXT NOT NULL,
        traceparent TEXT NOT NULL
    );
    CREATE INDEX orders_open ON orders (expires_at) WHERE state = 'open';
    CREATE TABLE awards (
        order_id TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        vehicle_id TEXT NOT NULL,
        bid_id TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        state TEXT NOT NULL,
        first_offered_at BIGINT NOT NULL,
        offered_at BIGINT NOT NULL,
        awarded_at BIGINT NOT NULL,
        progress_at BIGINT NOT NULL,
        ended_at BIGINT,
        PRIMARY KEY (order_id, epoch)
    );
    CREATE UNIQUE INDEX one_active_award_per_vehicle ON awards (vehicle_id) WHERE state = 'active';
    CREATE UNIQUE INDEX one_active_award_per_order ON awards (order_id) WHERE state = 'active';
    CREATE TABLE vehicles (
        vehicle_id TEXT PRIMARY KEY,
        state INTEGER NOT NULL,
        zip TEXT NOT NULL,
        since_ms BIGINT NOT NULL
    );
)",
                                              R"(
    ALTER TABLE orders ADD COLUMN reason TEXT NOT NULL DEFAULT '';
    ALTER TABLE awards ADD COLUMN picked_up INTEGER NOT NULL DEFAULT 0;
)",
                                              R"(
    ALTER TABLE vehicles ADD COLUMN capacity INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE awards ADD COLUMN slot INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE awards ADD COLUMN leg_since BIGINT NOT NULL DEFAULT 0;
    UPDATE awards SET leg_since = progress_at;
    DROP INDEX one_active_award_per_vehicle;
    CREATE UNIQUE INDEX one_active_award_per_slot ON awards (vehicle_id, slot) WHERE state = 'active';
    ALTER TABLE orders ADD COLUMN decide_at BIGINT NOT NULL DEFAULT 0;
    CREATE INDEX orders_to_decide ON orders (decide_at) WHERE decide_at > 0;
    CREATE TABLE bids (
        order_id TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        vehicle_id TEXT NOT NULL,
        bid_id TEXT NOT NULL,
        eta_seconds BIGINT NOT NULL,
        at_ms BIGINT NOT NULL,
        PRIMARY KEY (order_id, epoch, vehicle_id)
    );
)"};

std::optional<OpenOrder> find_order(Transaction& tx, const std::string& id) {
    soci::row row;
    tx.sql() << std::string("SELECT ") + kOrderColumns + " FROM orders WHERE order_id = :id", use(id),
        into(row);
    if (!tx.sql().got_data()) return std::nullopt;
    return read_order(row);
}

void insert_order(Transaction& tx, const OpenOrder& order) {
    const double pick_up_latitude = order.pick_up.latitude();
    const double pick_up_longitude = order.pick_up.longitude();
    const double drop_off_latitude = order.drop_off.latitude();
    const double drop_off_longitude = order.drop_off.longitude();
    tx.sql() << std::string("INSERT INTO orders (") + kOrderColumns +
                    ") VALUES (:id, :zip, :state, :epoch, :attempt, :first, :offered, :expires, :deadline, "
                    ":plat, :plon, :dlat, :dlon, :cause, :trace, :reason, :decide)",
        use(order.id), use(order.zip), use(order.state), use(order.epoch), use(order.attempt),
        use(order.first_offered_at), use(order.offered_at), use(order.expires_at), use(order.deadline),
        use(pick_up_latitude), use(pick_up_longitude), use(drop_off_latitude), use(drop_off_longitude),
        use(order.cause.event_id()), use(order.cause.traceparent()), use(order.reason), use(order.decide_at);
}

void update_order(Transaction& tx, const OpenOrder& order) {
    tx.sql()
        << "UPDATE orders SET state = :state, epoch = :epoch, attempt = :attempt, offered_at = :offered, "
           "expires_at = :expires, deadline = :deadline, decide_at = :decide, cause_id = :cause, "
           "traceparent = :trace WHERE order_id = :id",
        use(order.state), use(order.epoch), use(order.attempt), use(order.offered_at), use(order.expires_at),
        use(order.deadline), use(order.decide_at), use(order.cause.event_id()),
        use(order.cause.traceparent()), use(order.id);
}

std::vector<OpenOrder> expired_orders(Transaction& tx, long long now, int count_max) {
    return read_orders((tx.sql().prepare << std::string("SELECT ") + kOrderColumns +
                                                " FROM orders WHERE state = 'open' AND expires_at <= :now "
                                                "AND decide_at = 0 ORDER BY expires_at LIMIT :count",
                        use(now), use(count_max)));
}

std::vector<OpenOrder> late_orders(Transaction& tx, long long now) {
    return read_orders((tx.sql().prepare << std::string("SELECT ") + kOrderColumns +
                                                " FROM orders WHERE state = 'open' AND deadline <= :now "
                                                "AND expires_at <= :now2",
                        use(now), use(now)));
}

std::vector<OpenOrder> orders_to_decide(Transaction& tx, long long now) {
    return read_orders((tx.sql().prepare << std::string("SELECT ") + kOrderColumns +
                                                " FROM orders WHERE decide_at > 0 AND decide_at <= :now "
                                                "ORDER BY decide_at",
                        use(now)));
}

std::optional<ActiveAward> active_award_of_order(Transaction& tx, const std::string& order_id) {
    ActiveAward award;
    award.order_id = order_id;
    tx.sql() << "SELECT epoch, vehicle_id, bid_id FROM awards WHERE order_id = :order AND state = 'active'",
        use(order_id), into(award.epoch), into(award.vehicle_id), into(award.bid_id);
    if (!tx.sql().got_data()) return std::nullopt;
    return award;
}

std::vector<ActiveAward> active_awards_of_vehicle(Transaction& tx, const std::string& vehicle_id) {
    return read_awards((tx.sql().prepare << "SELECT order_id, epoch, vehicle_id, bid_id FROM awards "
                                            "WHERE vehicle_id = :vehicle AND state = 'active' ORDER BY slot",
                        use(vehicle_id)));
}

std::optional<int> free_slot(Transaction& tx, const std::string& vehicle_id) {
    const int broken_down = v1::VEHICLE_STATE_BROKEN_DOWN;
    int capacity = 1;
    tx.sql() << "SELECT CASE WHEN state = :broken THEN 0 ELSE capacity END FROM vehicles "
                "WHERE vehicle_id = :vehicle",
        use(broken_down), use(vehicle_id), into(capacity);
    const soci::rowset<int> taken =
        (tx.sql().prepare
             << "SELECT slot FROM awards WHERE vehicle_id = :vehicle AND state = 'active' ORDER BY slot",
         use(vehicle_id));
    int slot = 0;
    for (const auto each : taken) {
        if (each == slot) ++slot;
    }
    return slot < capacity ? std::optional(slot) : std::nullopt;
}

bool was_revoked(Transaction& tx, const std::string& order_id, const std::string& vehicle_id) {
    int count = 0;
    tx.sql() << "SELECT COUNT(*) FROM awards WHERE order_id = :order AND vehicle_id = :vehicle "
                "AND state = 'revoked'",
        use(order_id), use(vehicle_id), into(count);
    return count > 0;
}

void insert_award(Transaction& tx, const OpenOrder& order, const ActiveAward& award, long long now) {
    tx.sql() << "INSERT INTO awards (order_id, epoch, vehicle_id, slot, bid_id, attempt, state, "
                "first_offered_at, offered_at, awarded_at, progress_at, leg_since) "
                "VALUES (:order, :epoch, :vehicle, :slot, :bid, :attempt, 'active', "
                ":first, :offered, :now, :now2, :now3)",
        use(award.order_id), use(award.epoch), use(award.vehicle_id), use(award.slot), use(award.bid_id),
        use(order.attempt), use(order.first_offered_at), use(order.offered_at), use(now), use(now), use(now);
}

void end_award(Transaction& tx, const ActiveAward& award, const std::string& state, long long now) {
    tx.sql()
        << "UPDATE awards SET state = :state, ended_at = :now WHERE order_id = :order AND epoch = :epoch",
        use(state), use(now), use(award.order_id), use(award.epoch);
}

bool note_pick_up(Transaction& tx, const ActiveAward& award) {
    soci::statement note =
        (tx.sql().prepare << "UPDATE awards SET picked_up = 1 "
                             "WHERE order_id = :order AND epoch = :epoch AND picked_up = 0",
         use(award.order_id), use(award.epoch));
    note.execute(true);
    return note.get_affected_rows() == 1;
}

void hear_of_vehicle(Transaction& tx, const std::string& vehicle_id, long long now) {
    tx.sql() << "UPDATE awards SET progress_at = :now WHERE vehicle_id = :vehicle AND state = 'active'",
        use(now), use(vehicle_id);
}

void begin_leg(Transaction& tx, const std::string& vehicle_id, long long now) {
    tx.sql() << "UPDATE awards SET leg_since = :now WHERE vehicle_id = :vehicle AND state = 'active'",
        use(now), use(vehicle_id);
}

std::vector<ActiveAward> lost_awards(Transaction& tx, const Patience& since) {
    const int idle = v1::VEHICLE_STATE_IDLE;
    const int offline = v1::VEHICLE_STATE_OFFLINE;
    return read_awards(
        (tx.sql().prepare
             << "SELECT a.order_id, a.epoch, a.vehicle_id, a.bid_id FROM awards AS a "
                "LEFT JOIN vehicles AS v ON v.vehicle_id = a.vehicle_id "
                "WHERE a.state = 'active' AND (a.progress_at <= :silent OR a.leg_since <= :leg OR "
                "(v.state IN (:idle, :offline) AND v.since_ms <= :away AND a.awarded_at <= :away2))",
         use(since.silent), use(since.leg), use(idle), use(offline), use(since.away), use(since.away)));
}

void write_vehicle(Transaction& tx, const v1::VehicleStatus& status, long long now) {
    const int state = status.state();
    const int capacity = std::clamp<int>(static_cast<int>(status.capacity()), 1, kCapacityMax);
    tx.sql() << "INSERT INTO vehicles (vehicle_id, state, zip, capacity, since_ms) "
                "VALUES (:vehicle, :state, :zip, :capacity, :now) "
                "ON CONFLICT (vehicle_id) DO UPDATE SET zip = excluded.zip, since_ms = CASE "
                "WHEN vehicles.state = excluded.state THEN vehicles.since_ms ELSE excluded.since_ms END, "
                "state = excluded.state, capacity = excluded.capacity",
        use(status.vehicle_id()), use(state), use(status.zip()), use(capacity), use(now);
}

std::map<std::string, int> free_vehicles(Transaction& tx) {
    const int idle = v1::VEHICLE_STATE_IDLE;
    const int to_pick_up = v1::VEHICLE_STATE_TO_PICK_UP;
    const int to_customer = v1::VEHICLE_STATE_TO_CUSTOMER;
    std::string zip;
    int count = 0;
    // One that has lost its order drives on with it until it says that it is idle.
    soci::statement zips =
        (tx.sql().prepare
             << "SELECT v.zip, COUNT(*) FROM vehicles AS v WHERE (v.state = :idle OR "
                "(v.state IN (:pick_up, :customer) AND v.capacity > 1)) AND v.capacity > "
                "(SELECT COUNT(*) FROM awards AS a WHERE a.vehicle_id = v.vehicle_id AND a.state = 'active') "
                "GROUP BY v.zip",
         use(idle), use(to_pick_up), use(to_customer), into(zip), into(count));
    zips.execute();
    std::map<std::string, int> by_zip;
    while (zips.fetch()) by_zip[zip] = count;
    return by_zip;
}

int offers_in_the_air(Transaction& tx, long long now) {
    int count = 0;
    tx.sql() << "SELECT COUNT(*) FROM orders WHERE state = 'open' AND expires_at > :now", use(now),
        into(count);
    return count;
}

}  // namespace dray::logistics
