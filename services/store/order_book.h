// The store's orders: what was placed here, and what became of it, read from events alone.
//
//   processing ─> reserved ─> paid ─> packed ─> shipped ─> awarded ─> picked_up ─> delivered
//        └──────────┴──────────┴────────┴─────────┴──────────┴──────────┴──────> cancelled, dead_lettered
//
// A status only moves to the right: events may come late, twice or in another order. The last three are
// final. An order whose story stands still is asked about: its OrderPlaced goes out again (see
// common/outbox.h).
//
// There is no register of houses: an address stands for a door of its zip, always the same one. The words
// stay here; others are told where the door is.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dray/v1/dispatch.pb.h"
#include "dray/v1/order.pb.h"
#include "services/common/personal_data.h"
#include "services/common/service.h"
#include "services/common/zips.h"
#include "services/store/order_request.h"

namespace dray::store {

std::vector<std::string> migrations();

// Position in the picture above; -1 for a word that is no status.
int status_rank(const std::string& status);

// Who ordered, and where to: forgotten, an order keeps what the books need.
service::PersonalData personal_data();

class OrderBook {
  public:
    struct Options {
        std::int64_t ask_again_ms;  // after so long without news; doubled each time
    };
    OrderBook(Options options, const service::ZipMap& zips) : options_(options), zips_(zips) {}

    // The id of the new order, or what is wrong with it.
    std::variant<std::string, Problem> place(service::Transaction& tx, const OrderRequest& request) const;

    // Asks whoever has the order to end it. Empty when asked; else why that makes no sense any more.
    std::optional<Problem> cancel(service::Transaction& tx, const std::string& id) const;

    nlohmann::json products(service::Transaction& tx) const;
    std::optional<nlohmann::json> order(service::Transaction& tx, const std::string& id) const;
    nlohmann::json count_by_status(service::Transaction& tx) const;

    void stock(service::Transaction& tx, const v1::StockLevel& level) const;
    void reserved(service::Transaction& tx, const v1::OrderReserved& event) const;
    void rejected(service::Transaction& tx, const v1::OrderRejected& event) const;
    void paid(service::Transaction& tx, const v1::PaymentTaken& event) const;
    void packed(service::Transaction& tx, const v1::OrderPacked& event) const;
    void shipped(service::Transaction& tx, const v1::ShipmentOffer& event) const;
    void awarded(service::Transaction& tx, const v1::Award& event) const;
    void picked_up(service::Transaction& tx, const v1::OrderPickedUp& event) const;
    void delivered(service::Transaction& tx, const v1::OrderDelivered& event) const;
    void cancelled(service::Transaction& tx, const v1::OrderCancelled& event) const;

    void ask_again(service::Transaction& tx) const;

  private:
    bool advance(service::Transaction& tx, const v1::EventHeader& header, const std::string& status) const;

    Options options_;
    const service::ZipMap& zips_;
};

}  // namespace dray::store
