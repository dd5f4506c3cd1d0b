// dray-packing: packs what is paid. See bench.h.
#include "services/packing/bench.h"

using namespace dray;

namespace {

int run(int argc, char** argv) {
    service::Service app({.name = "dray-packing",
                          .settings = service::Settings::load("dray-packing", "Packs what is paid",
                                                              service::common_keys(), argc, argv),
                          .migrations = {packing::kSchema}});
    app.on<v1::OrderReserved>("order/reserved/+", packing::reserved);
    app.on<v1::PaymentTaken>("payment/paid/+", packing::paid);
    app.on<v1::OrderCancelled>("order/cancelled/+", packing::cancelled);
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-packing", [&] { return run(argc, argv); });
}
