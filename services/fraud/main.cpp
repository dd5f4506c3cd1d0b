// dray-fraud: stops orders that look wrong. Added when the others were running, without touching them: it
// reads what is already said, and what it says (CancelOrder) is already understood.
#include <soci/soci.h>

#include "dray/v1/order.pb.h"
#include "services/common/personal_data.h"
#include "services/common/service.h"

using namespace dray;
using service::Transaction;
using soci::into;
using soci::use;

namespace {

const char* const kSchema = R"(
    CREATE TABLE orders (order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, at_ms BIGINT NOT NULL);
    CREATE INDEX orders_by_customer ON orders (customer_id, at_ms);
)";

int orders_lately(Transaction& tx, const v1::OrderPlaced& order) {
    const std::int64_t at = order.header().occurred_at_ms();
    const std::int64_t hour_ago = at - 60 * 60 * 1000;
    int count = 0;
    tx.sql() << "INSERT INTO orders (order_id, customer_id, at_ms) VALUES (:order, :customer, :at)",
        use(order.header().order_id()), use(order.customer_id()), use(at);
    if (order.customer_id().empty()) return 1;
    tx.sql() << "SELECT COUNT(*) FROM orders WHERE customer_id = :customer AND at_ms > :since",
        use(order.customer_id()), use(hour_ago), into(count);
    return count;
}

void check(Transaction& tx, const v1::OrderPlaced& order, std::int64_t orders_per_hour_max) {
    const auto& id = order.header().order_id();
    const int count = orders_lately(tx, order);
    if (count > orders_per_hour_max) {
        v1::CancelOrder cancel;
        cancel.set_reason("too many orders in an hour: please call us");
        return tx.publish("order/cancel/" + id, cancel);
    }
    v1::FraudCleared cleared;
    cleared.set_orders_lately(static_cast<std::uint32_t>(count));
    tx.publish("fraud/cleared/" + id, cleared);
}

int run(int argc, char** argv) {
    auto keys = service::common_keys();
    keys.push_back(
        {"fraud.orders_per_hour_max", "20", "of one customer", service::Key::Kind::kInteger, 1, 1'000'000});
    service::Service app(
        {.name = "dray-fraud",
         .settings = service::Settings::load("dray-fraud", "Stops orders that look wrong", keys, argc, argv),
         .migrations = {kSchema}});
    const auto orders_per_hour_max = app.settings().integer("fraud.orders_per_hour_max");
    app.on<v1::OrderPlaced>(
        "order/new/+/+", [&](Transaction& tx, const auto& order) { check(tx, order, orders_per_hour_max); });
    service::answer_privacy_requests(
        app, {.show = {"SELECT order_id, at_ms FROM orders WHERE customer_id = :customer"},
              .forget = {"DELETE FROM orders WHERE customer_id = :customer"}});
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-fraud", [&] { return run(argc, argv); });
}
