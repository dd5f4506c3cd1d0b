#include "services/store/order_book.h"

#include <soci/soci.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "services/store/order_json.h"

namespace dray::store {
namespace {

using service::now_ms;
using service::Transaction;
using soci::into;
using soci::use;

constexpr std::array kStatuses = {"processing", "reserved",  "paid",      "packed",    "shipped",
                                  "awarded",    "picked_up", "delivered", "cancelled", "dead_lettered"};
constexpr int kFinalRank = 7;
constexpr int kDoublingsMax = 5;
constexpr int kAsksAtATime = 50;

constexpr const char* kTables = R"(
    CREATE TABLE products (
        sku TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        unit_price_cents BIGINT NOT NULL,
        on_hand BIGINT NOT NULL,
        reserved BIGINT NOT NULL
    );
    CREATE TABLE orders (
        order_id TEXT PRIMARY KEY,
        customer_id TEXT NOT NULL,
        zip TEXT NOT NULL,
        status TEXT NOT NULL,
        status_rank INTEGER NOT NULL,
        items_json TEXT NOT NULL,
        total_cents BIGINT NOT NULL,
        reason TEXT,
        vehicle TEXT,
        epoch INTEGER NOT NULL DEFAULT 0,
        drop_off_latitude DOUBLE PRECISION NOT NULL,
        drop_off_longitude DOUBLE PRECISION NOT NULL,
        pick_up_latitude DOUBLE PRECISION,
        pick_up_longitude DOUBLE PRECISION,
        placed_event TEXT NOT NULL,
        asked INTEGER NOT NULL DEFAULT 0,
        ask_at_ms BIGINT NOT NULL
    );
    CREATE INDEX orders_by_customer ON orders (customer_id);
    CREATE INDEX orders_unfinished ON orders (ask_at_ms) WHERE status_rank < 7;
    CREATE TABLE history (
        order_id TEXT NOT NULL,
        status TEXT NOT NULL,
        at_ms BIGINT NOT NULL,
        PRIMARY KEY (order_id, status)
    );
)";
constexpr const char* kAddressColumn = "ALTER TABLE orders ADD COLUMN address TEXT NOT NULL DEFAULT ''";

void write_history(Transaction& tx, const std::string& order, const std::string& status, std::int64_t at) {
    tx.sql() << "INSERT INTO history (order_id, status, at_ms) VALUES (:order, :status, :at) ON CONFLICT DO "
                "NOTHING",
        use(order), use(status), use(at);
}

void set_reason(Transaction& tx, const std::string& order, const std::string& reason) {
    tx.sql() << "UPDATE orders SET reason = :reason WHERE order_id = :order", use(reason), use(order);
}

void set_pick_up(Transaction& tx, const std::string& order, const v1::Position& pick_up) {
    const double latitude = pick_up.latitude();
    const double longitude = pick_up.longitude();
    tx.sql() << "UPDATE orders SET pick_up_latitude = :latitude, pick_up_longitude = :longitude "
                "WHERE order_id = :order",
        use(latitude), use(longitude), use(order);
}

}  // namespace

std::vector<std::string> migrations() {
    return {kTables, kAddressColumn};
}

int status_rank(const std::string& status) {
    const auto found = std::find(kStatuses.begin(), kStatuses.end(), status);
    return found == kStatuses.end() ? -1 : static_cast<int>(found - kStatuses.begin());
}

std::variant<std::string, Problem> OrderBook::place(Transaction& tx, const OrderRequest& request) const {
    v1::OrderPlaced placed;
    for (std::size_t i = 0; i < request.lines.size(); ++i) {
        const auto& line = request.lines[i];
        long long cents = 0;
        tx.sql() << "SELECT unit_price_cents FROM products WHERE sku = :sku", use(line.sku), into(cents);
        if (!tx.sql().got_data()) {
            return Problem{422, "items[" + std::to_string(i) + "].sku", "there is no product " + line.sku};
        }
        auto& item = *placed.add_items();
        item.set_sku(line.sku);
        item.set_quantity(line.quantity);
        item.set_unit_price_cents(cents);
        placed.set_total_cents(placed.total_cents() + cents * line.quantity);
    }
    const auto& id = request.order_id;
    placed.set_zip(request.zip);
    placed.set_card_token(request.card_token);
    placed.set_customer_id(request.customer);
    const auto& door = request.address.empty() ? id : request.address;
    *placed.mutable_drop_off() = service::ZipMap::door(*zips_.find(request.zip), door);
    placed.mutable_header()->set_order_id(id);
    service::complete_header(*placed.mutable_header(), {}, "dray-store");

    const auto now = placed.header().occurred_at_ms();
    const auto items = items_to_json(placed).dump();
    const std::int64_t total = placed.total_cents();
    const double latitude = placed.drop_off().latitude();
    const double longitude = placed.drop_off().longitude();
    const std::int64_t ask_at = now + options_.ask_again_ms;
    soci::statement insert =
        (tx.sql().prepare << "INSERT INTO orders (order_id, customer_id, address, zip, status, status_rank, "
                             "items_json, total_cents, "
                             "drop_off_latitude, drop_off_longitude, placed_event, ask_at_ms) "
                             "VALUES (:id, :customer, :address, :zip, 'processing', 0, :items, :total, "
                             ":latitude, :longitude, :event, "
                             ":ask) ON CONFLICT DO NOTHING",
         use(id), use(request.customer), use(request.address), use(request.zip), use(items), use(total),
         use(latitude), use(longitude), use(placed.header().event_id()), use(ask_at));
    insert.execute(true);
    if (insert.get_affected_rows() == 0) return id;
    write_history(tx, id, "processing", now);
    tx.publish("order/new/" + request.zip + "/" + id, placed);
    return id;
}

// True when the order is known and this is news.
bool OrderBook::advance(Transaction& tx, const v1::EventHeader& header, const std::string& status) const {
    const int rank = status_rank(status);
    const auto ask_at = now_ms() + options_.ask_again_ms;
    soci::statement update =
        (tx.sql().prepare
             << "UPDATE orders SET status = :status, status_rank = :rank, asked = 0, ask_at_ms = :ask "
                "WHERE order_id = :order AND status_rank < :rank2 AND status_rank < :final",
         use(status), use(rank), use(ask_at), use(header.order_id()), use(rank), use(kFinalRank));
    update.execute(true);
    if (update.get_affected_rows() == 0) return false;
    write_history(tx, header.order_id(), status, header.occurred_at_ms());
    return true;
}

void OrderBook::stock(Transaction& tx, const v1::StockLevel& level) const {
    const std::int64_t cents = level.unit_price_cents();
    const auto on_hand = static_cast<long long>(level.on_hand());
    const auto reserved = static_cast<long long>(level.reserved());
    tx.sql()
        << "INSERT INTO products (sku, name, unit_price_cents, on_hand, reserved) "
           "VALUES (:sku, :name, :cents, :on_hand, :reserved) ON CONFLICT (sku) DO UPDATE SET "
           "name = excluded.name, unit_price_cents = excluded.unit_price_cents, on_hand = excluded.on_hand, "
           "reserved = excluded.reserved",
        use(level.sku()), use(level.name()), use(cents), use(on_hand), use(reserved);
}

void OrderBook::reserved(Transaction& tx, const v1::OrderReserved& event) const {
    advance(tx, event.header(), "reserved");
}

void OrderBook::rejected(Transaction& tx, const v1::OrderRejected& event) const {
    if (advance(tx, event.header(), "cancelled")) set_reason(tx, event.header().order_id(), event.reason());
}

void OrderBook::paid(Transaction& tx, const v1::PaymentTaken& event) const {
    advance(tx, event.header(), "paid");
}

void OrderBook::packed(Transaction& tx, const v1::OrderPacked& event) const {
    advance(tx, event.header(), "packed");
}

void OrderBook::shipped(Transaction& tx, const v1::ShipmentOffer& event) const {
    if (advance(tx, event.header(), "shipped")) set_pick_up(tx, event.header().order_id(), event.pick_up());
}

void OrderBook::awarded(Transaction& tx, const v1::Award& event) const {
    advance(tx, event.header(), "awarded");
    const auto epoch = static_cast<int>(event.epoch());
    tx.sql()
        << "UPDATE orders SET vehicle = :vehicle, epoch = :epoch WHERE order_id = :order AND epoch < :epoch2",
        use(event.vehicle_id()), use(epoch), use(event.header().order_id()), use(epoch);
    set_pick_up(tx, event.header().order_id(), event.pick_up());
}

void OrderBook::picked_up(Transaction& tx, const v1::OrderPickedUp& event) const {
    advance(tx, event.header(), "picked_up");
}

void OrderBook::delivered(Transaction& tx, const v1::OrderDelivered& event) const {
    advance(tx, event.header(), "delivered");
}

void OrderBook::cancelled(Transaction& tx, const v1::OrderCancelled& event) const {
    if (advance(tx, event.header(), "cancelled")) set_reason(tx, event.header().order_id(), event.reason());
}

std::optional<Problem> OrderBook::cancel(Transaction& tx, const std::string& id) const {
    std::string status;
    tx.sql() << "SELECT status FROM orders WHERE order_id = :id", use(id), into(status);
    if (!tx.sql().got_data()) return Problem{404, "order_id", "there is no order " + id};
    if (status_rank(status) >= kFinalRank) return Problem{409, "", "the order is already " + status};
    v1::CancelOrder command;
    command.mutable_header()->set_order_id(id);
    command.set_reason("you cancelled it");
    tx.publish("order/cancel/" + id, command);
    return std::nullopt;
}

service::PersonalData personal_data() {
    return {.show = {"SELECT order_id, address, zip, status, items_json, total_cents, drop_off_latitude, "
                     "drop_off_longitude FROM orders WHERE customer_id = :customer"},
            .forget = {"UPDATE orders SET customer_id = '', address = '', zip = '', drop_off_latitude = 0, "
                       "drop_off_longitude = 0 WHERE customer_id = :customer"}};
}

void OrderBook::ask_again(Transaction& tx) const {
    struct Silent {
        std::string id;
        std::string event;
        int asked;
    };
    std::vector<Silent> silent;
    const auto now = now_ms();
    {
        const soci::rowset<soci::row> rows =
            (tx.sql().prepare
                 << "SELECT order_id, placed_event, asked FROM orders "
                    "WHERE status_rank < 7 AND ask_at_ms <= :now ORDER BY ask_at_ms LIMIT :count",
             use(now), use(kAsksAtATime));
        for (const auto& row : rows) {
            silent.push_back({row.get<std::string>(0), row.get<std::string>(1), row.get<int>(2)});
        }
    }
    for (const auto& order : silent) {
        tx.repeat(order.event);
        const int asked = order.asked + 1;
        const std::int64_t ask_at = now + (options_.ask_again_ms << std::min(asked, kDoublingsMax));
        tx.sql() << "UPDATE orders SET asked = :asked, ask_at_ms = :ask WHERE order_id = :order", use(asked),
            use(ask_at), use(order.id);
    }
}

}  // namespace dray::store
