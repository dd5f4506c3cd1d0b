// dray-inventory: what is on the shelves, and whose it is. See stock.h.
#include "services/inventory/stock.h"

using namespace dray;
using service::Key;
using service::Transaction;

namespace {

int run(int argc, char** argv) {
    auto keys = service::common_keys();
    keys.push_back(
        {"inventory.stock", "10000", "initial stock of each product", Key::Kind::kInteger, 0, 1'000'000'000});
    keys.push_back({"inventory.offer_seconds", "10", "how long the first offer to the vehicles stands",
                    Key::Kind::kInteger, 1, 3600});
    service::Service app(
        {.name = "dray-inventory",
         .settings = service::Settings::load("dray-inventory", "Reserves stock for orders", keys, argc, argv),
         .migrations = {inventory::kSchema}});
    const auto map = service::ZipMap::load(service::ZipMap::folder_of(app.settings()));
    const inventory::Stock stock({.initial_on_hand = app.settings().integer("inventory.stock"),
                                  .offer_seconds = app.settings().integer("inventory.offer_seconds"),
                                  .warehouse = map.warehouse()});

    app.on<v1::OrderPlaced>("order/new/+/+", [&](Transaction& tx, const auto& e) { stock.placed(tx, e); });
    app.on<v1::OrderPacked>("order/packed/+", [&](Transaction& tx, const auto& e) { stock.packed(tx, e); });
    app.on<v1::CancelOrder>("order/cancel/+", [&](Transaction& tx, const auto& e) { stock.cancel(tx, e); });
    app.on<v1::PaymentDeclined>("payment/declined/+",
                                [&](Transaction& tx, const auto& e) { stock.declined(tx, e); });
    app.on<v1::OrderDelivered>("order/delivered/+",
                               [&](Transaction& tx, const auto& e) { stock.delivered(tx, e); });
    app.on<v1::OrderCancelled>("order/cancelled/+",
                               [&](Transaction& tx, const auto& e) { stock.cancelled(tx, e); });

    app.on_connect([&](Transaction& tx) { stock.fill_shelves(tx); });
    app.every(std::chrono::milliseconds(250), [&](Transaction& tx) { stock.publish_changes(tx); });
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-inventory", [&] { return run(argc, argv); });
}
