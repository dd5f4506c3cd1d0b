#include "services/packing/bench.h"

#include <soci/soci.h>

namespace dray::packing {
namespace {

using service::Transaction;
using soci::into;
using soci::use;

constexpr int kBottlesPerParcel = 24;

// All there is to a parcel is what has been heard of it so far.
void note(Transaction& tx, const std::string& order, const std::string& column, int value) {
    tx.sql() << "INSERT INTO parcels (order_id, " + column +
                    ") VALUES (:order, :value) "
                    "ON CONFLICT (order_id) DO UPDATE SET " +
                    column + " = excluded." + column,
        use(order), use(value);
}

void pack_if_complete(Transaction& tx, const std::string& order) {
    int items = 0;
    soci::statement pack =
        (tx.sql().prepare
             << "UPDATE parcels SET packed = 1 WHERE order_id = :order AND items > 0 AND paid = 1 "
                "AND cancelled = 0 AND packed = 0",
         use(order));
    pack.execute(true);
    if (pack.get_affected_rows() == 0) return;
    tx.sql() << "SELECT items FROM parcels WHERE order_id = :order", use(order), into(items);
    v1::OrderPacked packed;
    packed.set_parcels(static_cast<std::uint32_t>((items + kBottlesPerParcel - 1) / kBottlesPerParcel));
    tx.publish("order/packed/" + order, packed);
}

}  // namespace

const char* const kSchema = R"(
    CREATE TABLE parcels (
        order_id TEXT PRIMARY KEY,
        items INTEGER NOT NULL DEFAULT 0,
        paid INTEGER NOT NULL DEFAULT 0,
        cancelled INTEGER NOT NULL DEFAULT 0,
        packed INTEGER NOT NULL DEFAULT 0
    );
)";

void reserved(Transaction& tx, const v1::OrderReserved& order) {
    int items = 0;
    for (const auto& item : order.items()) items += static_cast<int>(item.quantity());
    note(tx, order.header().order_id(), "items", items);
    pack_if_complete(tx, order.header().order_id());
}

void paid(Transaction& tx, const v1::PaymentTaken& payment) {
    note(tx, payment.header().order_id(), "paid", 1);
    pack_if_complete(tx, payment.header().order_id());
}

void cancelled(Transaction& tx, const v1::OrderCancelled& event) {
    note(tx, event.header().order_id(), "cancelled", 1);
}

}  // namespace dray::packing
