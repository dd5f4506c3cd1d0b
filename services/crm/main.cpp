// dray-crm: tells customers what becomes of their orders. See letters.h.
#include "dray/v1/vehicle.pb.h"
#include "services/crm/letters.h"

using namespace dray;
using service::Transaction;

namespace {

void subscribe(service::Service& app) {
    app.on<v1::OrderPlaced>("order/new/+/+", crm::placed);
    app.on<v1::OrderRejected>("order/rejected/+", [](Transaction& tx, const auto& event) {
        crm::tell(tx, event.header().order_id(), "We are sorry: " + event.reason() + ".");
    });
    app.on<v1::OrderCancelled>("order/cancelled/+", [](Transaction& tx, const auto& event) {
        crm::tell(tx, event.header().order_id(), "Your order was cancelled: " + event.reason() + ".");
    });
    app.on<v1::PaymentRefunded>("payment/refunded/+", [](Transaction& tx, const auto& event) {
        crm::tell(tx, event.header().order_id(), "Your money is on its way back.");
    });
    app.on<v1::OrderPickedUp>("order/picked-up/+", [](Transaction& tx, const auto& event) {
        crm::tell(tx, event.header().order_id(), "Your order is on the road.");
    });
    app.on<v1::OrderNear>("order/near/+", [](Transaction& tx, const auto& event) {
        const bool is_there = event.zone() == v1::ZONE_AT_THE_DOOR;
        crm::tell(tx, event.header().order_id(),
                  is_there ? "Your order is at the door." : "Your order is arriving.");
    });
    app.on<v1::OrderDelivered>("order/delivered/+", [](Transaction& tx, const auto& event) {
        crm::tell(tx, event.header().order_id(), "Your order was delivered. Cheers!");
    });
    service::answer_privacy_requests(app, crm::personal_data());
}

int run(int argc, char** argv) {
    service::Service app({.name = "dray-crm",
                          .settings = service::Settings::load("dray-crm", "Tells customers what happens",
                                                              service::common_keys(), argc, argv),
                          .migrations = {crm::kSchema}});
    subscribe(app);
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-crm", [&] { return run(argc, argv); });
}
