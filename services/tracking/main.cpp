// dray-tracking: shows each customer the one vehicle that carries the order. See trips.h.
#include "services/tracking/trips.h"

using namespace dray;
using service::Message;
using service::Transaction;

namespace {

Message to_message(const v1::TrackingUpdate& update) {
    const auto& header = update.header();
    return {.topic = "order/track/" + header.order_id(),
            .payload = update.SerializeAsString(),
            .qos = 0,
            .user_properties = {{"event-id", header.event_id()},
                                {"order-id", header.order_id()},
                                {"cause-id", header.cause_id()},
                                {"traceparent", header.traceparent()}}};
}

int run(int argc, char** argv) {
    service::Service app(
        {.name = "dray-tracking",
         .settings = service::Settings::load("dray-tracking", "Shows customers their vehicle",
                                             service::common_keys(), argc, argv),
         .migrations = {tracking::kSchema}});
    tracking::Trips trips;
    app.post([&](Transaction& tx) { trips.load(tx); });
    app.on<v1::Award>("order/award/+", [&](Transaction& tx, const auto& e) { trips.awarded(tx, e); });
    app.on<v1::OrderDelivered>(
        "order/delivered/+", [&](Transaction& tx, const auto& e) { trips.ended(tx, e.header().order_id()); });
    app.on<v1::OrderCancelled>(
        "order/cancelled/+", [&](Transaction& tx, const auto& e) { trips.ended(tx, e.header().order_id()); });
    app.on_stream("vehicle/+/status", 1, [&](const Message& message) {
        v1::VehicleStatus status;
        if (status.ParseFromString(message.payload)) trips.vehicle_reports(status);
    });
    app.on_stream("vehicle/+/location", 0, [&](const Message& message) {
        v1::Location location;
        if (!location.ParseFromString(message.payload)) return;
        if (const auto update = trips.located(location, service::now_ms()))
            app.publish_now(to_message(*update));
    });
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-tracking", [&] { return run(argc, argv); });
}
