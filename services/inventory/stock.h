// Inventory's half of the saga, as a table per order:
//
//   OrderPlaced ──> reserved ──(OrderPacked: offered)──> shipping ──(OrderDelivered)──> gone
//        │              │                                    │
//        │ none left    │ PaymentDeclined, CancelOrder       │ OrderCancelled, from logistics
//        ▼              ▼                                    ▼
//   OrderRejected   released + OrderCancelled             released
//
// Until it is offered the order is inventory's, and so it is inventory that obeys CancelOrder and says
// OrderCancelled; from then on logistics does. So no order ends twice.
//
// Stock on hand and reserved are counted per product; a change is published as a retained data event, so that
// nobody ever queries this database.
#pragma once

#include <string>
#include <vector>

#include "dray/v1/order.pb.h"
#include "services/common/service.h"
#include "services/common/zips.h"

namespace dray::inventory {

extern const char* const kSchema;

struct Product {
    std::string sku;
    std::string name;
    std::int64_t price_cents;
};
const std::vector<Product>& catalogue();

class Stock {
  public:
    struct Options {
        std::int64_t initial_on_hand;  // of each product, where the database has none yet
        std::int64_t offer_seconds;    // how long the first offer to the vehicles stands
        service::Position warehouse;
    };
    explicit Stock(Options options) : options_(std::move(options)) {}

    void fill_shelves(service::Transaction& tx) const;
    void publish_changes(service::Transaction& tx) const;

    void placed(service::Transaction& tx, const v1::OrderPlaced& order) const;
    void packed(service::Transaction& tx, const v1::OrderPacked& event) const;
    void declined(service::Transaction& tx, const v1::PaymentDeclined& payment) const;
    void cancel(service::Transaction& tx, const v1::CancelOrder& command) const;
    void delivered(service::Transaction& tx, const v1::OrderDelivered& event) const;
    void cancelled(service::Transaction& tx, const v1::OrderCancelled& event) const;

  private:
    Options options_;
};

}  // namespace dray::inventory
