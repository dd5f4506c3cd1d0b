#include "services/crm/letters.h"

#include <soci/soci.h>

namespace dray::crm {
namespace {

using service::Transaction;
using soci::into;
using soci::use;

std::string customer_of(Transaction& tx, const std::string& order_id) {
    std::string customer;
    tx.sql() << "SELECT customer_id FROM customers WHERE order_id = :order", use(order_id), into(customer);
    return tx.sql().got_data() ? customer : std::string{};
}

}  // namespace

const char* const kSchema = R"(
    CREATE TABLE customers (order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL);
    CREATE INDEX customers_by_id ON customers (customer_id);
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY,
        order_id TEXT NOT NULL,
        customer_id TEXT NOT NULL,
        text TEXT NOT NULL,
        at_ms BIGINT NOT NULL
    );
    CREATE INDEX messages_by_customer ON messages (customer_id);
)";

void placed(Transaction& tx, const v1::OrderPlaced& order) {
    if (order.customer_id().empty()) return;
    tx.sql()
        << "INSERT INTO customers (order_id, customer_id) VALUES (:order, :customer) ON CONFLICT DO NOTHING",
        use(order.header().order_id()), use(order.customer_id());
    tell(tx, order.header().order_id(), "Thank you, we have your order.");
}

void tell(Transaction& tx, const std::string& order_id, const std::string& text) {
    const auto customer = customer_of(tx, order_id);
    if (customer.empty()) return;
    const auto now = service::now_ms();
    tx.sql()
        << "INSERT INTO messages (order_id, customer_id, text, at_ms) VALUES (:order, :customer, :text, :at)",
        use(order_id), use(customer), use(text), use(now);
    v1::CustomerMessage message;
    message.set_customer_id(customer);
    message.set_text(text);
    tx.publish("customer/message/" + order_id, message);
}

service::PersonalData personal_data() {
    return {.show = {"SELECT order_id, text, at_ms FROM messages WHERE customer_id = :customer ORDER BY id"},
            .forget = {"DELETE FROM messages WHERE customer_id = :customer",
                       "DELETE FROM customers WHERE customer_id = :customer"}};
}

}  // namespace dray::crm
