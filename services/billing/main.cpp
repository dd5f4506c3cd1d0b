// dray-billing: charges cards by way of a simulated processor. See cashier.h.
#include "services/billing/cashier.h"

using namespace dray;
using service::Key;
using service::Transaction;

namespace {

int run(int argc, char** argv) {
    auto keys = service::common_keys();
    keys.push_back({"billing.decline_percent", "0", "share of good cards that are declined all the same",
                    Key::Kind::kInteger, 0, 100});
    keys.push_back({"billing.seed", "1", "which ones those are", Key::Kind::kInteger});
    service::Service app(
        {.name = "dray-billing",
         .settings = service::Settings::load("dray-billing", "Charges cards (simulated)", keys, argc, argv),
         .migrations = {billing::kSchema}});
    const billing::Cashier cashier({.decline_percent = app.settings().integer("billing.decline_percent"),
                                    .seed = app.settings().integer("billing.seed")});

    app.on<v1::OrderReserved>("order/reserved/+",
                              [&](Transaction& tx, const auto& e) { cashier.reserved(tx, e); });
    app.on<v1::OrderCancelled>("order/cancelled/+",
                               [&](Transaction& tx, const auto& e) { cashier.cancelled(tx, e); });
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-billing", [&] { return run(argc, argv); });
}
