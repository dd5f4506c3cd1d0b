#include "services/billing/cashier.h"

#include <soci/soci.h>

#include <random>

#include "services/common/card_token.h"

namespace dray::billing {
namespace {

using service::Transaction;
using soci::into;
using soci::use;

void record(Transaction& tx, const std::string& order, std::int64_t cents, const std::string& state,
            const std::string& authorization) {
    tx.sql() << "INSERT INTO payments (order_id, amount_cents, state, \"authorization\") "
                "VALUES (:order, :cents, :state, :authorization) ON CONFLICT DO NOTHING",
        use(order), use(cents), use(state), use(authorization);
}

}  // namespace

const char* const kSchema = R"(
    CREATE TABLE payments (
        order_id TEXT PRIMARY KEY,
        amount_cents BIGINT NOT NULL,
        state TEXT NOT NULL,
        "authorization" TEXT NOT NULL
    );
)";

std::string Cashier::refusal(const std::string& order, const std::string& token) const {
    if (service::is_declined_token(token)) return "the card was declined";
    std::seed_seq seed(order.begin(), order.end());
    std::mt19937_64 dice(seed);
    dice.seed(dice() ^ static_cast<std::uint64_t>(options_.seed));
    if (static_cast<std::int64_t>(dice() % 100) < options_.decline_percent) return "the card was declined";
    return {};
}

void Cashier::reserved(Transaction& tx, const v1::OrderReserved& order) const {
    const auto& id = order.header().order_id();
    std::string state;
    tx.sql() << "SELECT state FROM payments WHERE order_id = :order", use(id), into(state);
    if (tx.sql().got_data()) return;  // cancelled before it came
    if (const auto reason = refusal(id, order.card_token()); !reason.empty()) {
        record(tx, id, order.total_cents(), "declined", "");
        v1::PaymentDeclined declined;
        declined.set_reason(reason);
        return tx.publish("payment/declined/" + id, declined);
    }
    v1::PaymentTaken taken;
    taken.set_amount_cents(order.total_cents());
    taken.set_authorization("auth_" + service::new_uuid());
    record(tx, id, order.total_cents(), "taken", taken.authorization());
    tx.publish("payment/paid/" + id, taken);
}

void Cashier::cancelled(Transaction& tx, const v1::OrderCancelled& event) const {
    const auto& id = event.header().order_id();
    std::string state;
    std::string authorization;
    long long cents = 0;
    tx.sql() << "SELECT state, amount_cents, \"authorization\" FROM payments WHERE order_id = :order",
        use(id), into(state), into(cents), into(authorization);
    if (!tx.sql().got_data()) return record(tx, id, 0, "cancelled", "");
    if (state != "taken") return;
    tx.sql() << "UPDATE payments SET state = 'refunded' WHERE order_id = :order", use(id);
    v1::PaymentRefunded refunded;
    refunded.set_amount_cents(cents);
    refunded.set_authorization(authorization);
    tx.publish("payment/refunded/" + id, refunded);
}

}  // namespace dray::billing
