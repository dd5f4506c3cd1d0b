#include "services/inventory/stock.h"

#include <soci/soci.h>

#include <optional>

#include "dray/v1/dispatch.pb.h"

namespace dray::inventory {
namespace {

using service::Transaction;
using soci::into;
using soci::use;

struct Reservation {
    std::string zip;
    std::string state;
    double latitude = 0;
    double longitude = 0;
};

std::optional<Reservation> find_reservation(Transaction& tx, const std::string& order) {
    Reservation found;
    tx.sql() << "SELECT zip, state, latitude, longitude FROM reservations WHERE order_id = :order",
        use(order), into(found.zip), into(found.state), into(found.latitude), into(found.longitude);
    if (!tx.sql().got_data()) return std::nullopt;
    return found;
}

void set_state(Transaction& tx, const std::string& order, const std::string& state) {
    tx.sql() << "UPDATE reservations SET state = :state WHERE order_id = :order", use(state), use(order);
}

// An order that was cancelled before it was heard of must not be reserved when it comes at last.
void remember(Transaction& tx, const std::string& order, const std::string& zip, const std::string& state,
              const service::Position& drop_off) {
    const double latitude = drop_off.latitude();
    const double longitude = drop_off.longitude();
    tx.sql() << "INSERT INTO reservations (order_id, zip, state, latitude, longitude) "
                "VALUES (:order, :zip, :state, :latitude, :longitude)",
        use(order), use(zip), use(state), use(latitude), use(longitude);
}

// Empty when all is there, else what the customer is told.
std::string missing(Transaction& tx, const v1::OrderPlaced& order) {
    if (order.items().empty()) return "the order is empty";
    for (const auto& item : order.items()) {
        std::string name;
        long long free = 0;
        tx.sql() << "SELECT name, on_hand - reserved FROM products WHERE sku = :sku", use(item.sku()),
            into(name), into(free);
        if (!tx.sql().got_data()) return "no product " + item.sku();
        if (free < static_cast<long long>(item.quantity())) return "not enough " + name + " in stock";
    }
    return {};
}

void take_from_shelf(Transaction& tx, const std::string& order, const v1::OrderItem& item) {
    const auto quantity = static_cast<long long>(item.quantity());
    tx.sql() << "UPDATE products SET reserved = reserved + :quantity, changed = 1 WHERE sku = :sku",
        use(quantity), use(item.sku());
    tx.sql()
        << "INSERT INTO reserved_items (order_id, sku, quantity) VALUES (:order, :sku, :quantity) "
           "ON CONFLICT (order_id, sku) DO UPDATE SET quantity = reserved_items.quantity + excluded.quantity",
        use(order), use(item.sku()), use(quantity);
}

// Ends the reservation: the goods have left the warehouse, or stay in it.
void settle(Transaction& tx, const std::string& order, bool left) {
    const int left_flag = left ? 1 : 0;
    tx.sql() << "UPDATE products SET changed = 1, reserved = reserved - i.quantity, "
                "on_hand = on_hand - :left * i.quantity "
                "FROM reserved_items AS i WHERE i.order_id = :order AND i.sku = products.sku",
        use(left_flag), use(order);
}

void end(Transaction& tx, const std::string& order, const std::string& reason) {
    set_state(tx, order, "released");
    settle(tx, order, /*left=*/false);
    v1::OrderCancelled cancelled;
    cancelled.set_reason(reason);
    tx.publish("order/cancelled/" + order, cancelled);
}

}  // namespace

const char* const kSchema = R"(
    CREATE TABLE products (
        sku TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        price_cents BIGINT NOT NULL,
        on_hand BIGINT NOT NULL CHECK (on_hand >= 0),
        reserved BIGINT NOT NULL DEFAULT 0 CHECK (reserved >= 0),
        changed INTEGER NOT NULL DEFAULT 1
    );
    CREATE TABLE reservations (
        order_id TEXT PRIMARY KEY,
        zip TEXT NOT NULL,
        state TEXT NOT NULL,
        latitude DOUBLE PRECISION NOT NULL,
        longitude DOUBLE PRECISION NOT NULL
    );
    CREATE TABLE reserved_items (
        order_id TEXT NOT NULL,
        sku TEXT NOT NULL,
        quantity BIGINT NOT NULL,
        PRIMARY KEY (order_id, sku)
    );
)";

const std::vector<Product>& catalogue() {
    static const std::vector<Product> products = {
        {"amber-ale", "Amber Ale, 6 x 12 oz", 1199},
        {"brown-porter", "Brown Porter, 4 x 16 oz", 1399},
        {"cream-stout", "Cream Stout, 6 x 12 oz", 1299},
        {"dry-cider", "Dry Cider, 6 x 12 oz", 1099},
        {"export-lager", "Export Lager, 12 x 12 oz", 1699},
        {"farmhouse-saison", "Farmhouse Saison, 750 ml", 1249},
        {"ginger-beer", "Ginger Beer (no alcohol), 6 x 12 oz", 899},
        {"hazy-ipa", "Hazy IPA, 4 x 16 oz", 1599},
        {"imperial-stout", "Imperial Stout, 500 ml", 999},
        {"kolsch", "Kölsch, 6 x 11 oz", 1149},
    };
    return products;
}

void Stock::fill_shelves(Transaction& tx) const {
    for (const auto& product : catalogue()) {
        tx.sql() << "INSERT INTO products (sku, name, price_cents, on_hand) VALUES (:sku, :name, :price, "
                    ":on_hand) "
                    "ON CONFLICT (sku) DO UPDATE SET changed = 1, name = excluded.name, "
                    "price_cents = excluded.price_cents",
            use(product.sku), use(product.name), use(product.price_cents), use(options_.initial_on_hand);
    }
}

void Stock::publish_changes(Transaction& tx) const {
    std::vector<v1::StockLevel> levels;
    const soci::rowset<soci::row> rows =
        (tx.sql().prepare << "SELECT sku, name, price_cents, on_hand, reserved "
                             "FROM products WHERE changed = 1 ORDER BY sku");
    for (const auto& row : rows) {
        v1::StockLevel level;
        level.set_sku(row.get<std::string>(0));
        level.set_name(row.get<std::string>(1));
        level.set_unit_price_cents(row.get<long long>(2));
        level.set_on_hand(static_cast<std::uint32_t>(row.get<long long>(3)));
        level.set_reserved(static_cast<std::uint32_t>(row.get<long long>(4)));
        levels.push_back(std::move(level));
    }
    if (levels.empty()) return;
    for (auto& level : levels) tx.publish("data/inventory/" + level.sku(), level, {.retained = true});
    tx.sql() << "UPDATE products SET changed = 0 WHERE changed = 1";
}

void Stock::placed(Transaction& tx, const v1::OrderPlaced& order) const {
    const auto& id = order.header().order_id();
    if (find_reservation(tx, id)) return;  // cancelled before it came
    if (const auto reason = missing(tx, order); !reason.empty()) {
        remember(tx, id, order.zip(), "rejected", order.drop_off());
        v1::OrderRejected rejected;
        rejected.set_reason(reason);
        return tx.publish("order/rejected/" + id, rejected);
    }
    remember(tx, id, order.zip(), "reserved", order.drop_off());
    for (const auto& item : order.items()) take_from_shelf(tx, id, item);
    v1::OrderReserved reserved;
    reserved.set_zip(order.zip());
    *reserved.mutable_items() = order.items();
    reserved.set_total_cents(order.total_cents());
    reserved.set_card_token(order.card_token());
    *reserved.mutable_drop_off() = order.drop_off();
    tx.publish("order/reserved/" + id, reserved);
}

void Stock::packed(Transaction& tx, const v1::OrderPacked& event) const {
    const auto& id = event.header().order_id();
    const auto reservation = find_reservation(tx, id);
    if (!reservation || reservation->state != "reserved") return;
    set_state(tx, id, "shipping");
    v1::ShipmentOffer offer;
    offer.set_epoch(1);
    offer.set_attempt(0);
    *offer.mutable_pick_up() = options_.warehouse;
    *offer.mutable_drop_off() = service::make_position(reservation->latitude, reservation->longitude);
    offer.set_expires_at_ms(service::now_ms() + options_.offer_seconds * 1000);
    offer.set_zip(reservation->zip);
    tx.publish("order/ship/" + reservation->zip + "/" + id, offer);
}

void Stock::declined(Transaction& tx, const v1::PaymentDeclined& payment) const {
    const auto& id = payment.header().order_id();
    const auto reservation = find_reservation(tx, id);
    if (reservation && reservation->state == "reserved") end(tx, id, payment.reason());
}

void Stock::cancel(Transaction& tx, const v1::CancelOrder& command) const {
    const auto& id = command.header().order_id();
    const auto reservation = find_reservation(tx, id);
    if (reservation && reservation->state != "reserved") return;  // logistics has it, or it has ended
    if (!reservation) remember(tx, id, "", "released", {});
    end(tx, id, command.reason());
}

void Stock::delivered(Transaction& tx, const v1::OrderDelivered& event) const {
    const auto& id = event.header().order_id();
    const auto reservation = find_reservation(tx, id);
    if (!reservation || reservation->state != "shipping") return;
    set_state(tx, id, "gone");
    settle(tx, id, /*left=*/true);
}

void Stock::cancelled(Transaction& tx, const v1::OrderCancelled& event) const {
    const auto& id = event.header().order_id();
    const auto reservation = find_reservation(tx, id);
    if (!reservation) return remember(tx, id, "", "released", {});
    if (reservation->state != "reserved" && reservation->state != "shipping") return;
    set_state(tx, id, "released");
    settle(tx, id, /*left=*/false);
}

}  // namespace dray::inventory
