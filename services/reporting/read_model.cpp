#include "services/reporting/read_model.h"

#include <soci/soci.h>

#include <nlohmann/json.hpp>

#include "dray/v1/order.pb.h"
#include "services/common/rows_json.h"

namespace dray::reporting {
namespace {

using nlohmann::json;
using service::Transaction;
using soci::into;
using soci::use;

// order/new/60614/o1 -> order/new
std::string event_name(const std::string& topic) {
    return topic.substr(0, topic.find('/', topic.find('/') + 1));
}

long long cents_in(const std::string& event, const std::string& payload) {
    if (event == "payment/paid") {
        v1::PaymentTaken payment;
        return payment.ParseFromString(payload) ? payment.amount_cents() : 0;
    }
    if (event == "payment/refunded") {
        v1::PaymentRefunded payment;
        return payment.ParseFromString(payload) ? payment.amount_cents() : 0;
    }
    return 0;
}

long long number(Transaction& tx, const std::string& query) {
    long long value = 0;
    tx.sql() << query, into(value);
    return value;
}

// The share-th of the times from the order to the door, in seconds.
long long to_door_seconds(Transaction& tx, long long delivered, int percent) {
    if (delivered == 0) return 0;
    const long long skip = delivered * percent / 100;
    long long seconds = 0;
    tx.sql()
        << "SELECT (d.at_ms - n.at_ms) / 1000 FROM events AS d JOIN events AS n ON n.order_id = d.order_id "
           "WHERE d.event = 'order/delivered' AND n.event = 'order/new' ORDER BY 1 LIMIT 1 OFFSET :skip",
        use(skip), into(seconds);
    return seconds;
}

}  // namespace

const char* const kSchema = R"(
    CREATE TABLE events (
        event_id TEXT PRIMARY KEY,
        order_id TEXT NOT NULL,
        event TEXT NOT NULL,
        source TEXT NOT NULL,
        cause_id TEXT NOT NULL,
        cents BIGINT NOT NULL,
        at_ms BIGINT NOT NULL
    );
    CREATE INDEX events_by_order ON events (order_id, at_ms);
    CREATE INDEX events_by_kind ON events (event);
)";

const std::vector<std::string>& filters() {
    static const std::vector<std::string> all = {
        "order/new/+/+",  "order/reserved/+",  "order/rejected/+",  "order/packed/+",    "order/award/+",
        "order/cancel/+", "order/picked-up/+", "order/near/+",      "order/delivered/+", "order/cancelled/+",
        "payment/+/+",    "fraud/+/+",         "customer/message/+"};
    return all;
}

void read(Transaction& tx, const service::Message& message, const v1::EventHeader& header) {
    const auto event = event_name(message.topic);
    const long long cents = cents_in(event, message.payload);
    const std::int64_t at = header.occurred_at_ms();
    tx.sql() << "INSERT INTO events (event_id, order_id, event, source, cause_id, cents, at_ms) "
                "VALUES (:id, :order, :event, :source, :cause, :cents, :at) ON CONFLICT DO NOTHING",
        use(header.event_id()), use(header.order_id()), use(event), use(header.source()),
        use(header.cause_id()), use(cents), use(at);
}

json timeline(Transaction& tx, const std::string& order_id) {
    return service::rows_to_json(tx.sql(),
                                 "SELECT at_ms, event, source, event_id, cause_id FROM events "
                                 "WHERE order_id = :order ORDER BY at_ms, event_id",
                                 order_id);
}

json totals(Transaction& tx) {
    const auto count = [&](const std::string& event) {
        return number(tx, "SELECT COUNT(*) FROM events WHERE event = '" + event + "'");
    };
    const auto cents = [&](const std::string& event) {
        return number(tx, "SELECT COALESCE(SUM(cents), 0) FROM events WHERE event = '" + event + "'");
    };
    const auto delivered = count("order/delivered");
    return {{"orders", count("order/new")},
            {"delivered", delivered},
            {"cancelled", count("order/cancelled") + count("order/rejected")},
            {"taken_cents", cents("payment/paid")},
            {"refunded_cents", cents("payment/refunded")},
            {"to_door_seconds",
             {{"p50", to_door_seconds(tx, delivered, 50)}, {"p95", to_door_seconds(tx, delivered, 95)}}}};
}

}  // namespace dray::reporting
