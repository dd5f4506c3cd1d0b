// dray-tracking: shows each customer the one vehicle that carries the order, says when it is near, and
// watches how all of them drive; shows all of them to whoever runs the fleet. See trips.h, patrol.h,
// fleet_view.h. Of several that share a database one speaks; the others hear all that it hears, and stand by.
#include "services/common/active_instance.h"
#include "services/tracking/fleet_view.h"
#include "services/tracking/trips.h"

using namespace dray;
using service::Message;
using service::Transaction;

namespace {

Message to_message(const v1::TrackingUpdate& update) {
    return {.topic = "order/track/" + update.header().order_id(),
            .payload = update.SerializeAsString(),
            .qos = 0,
            .user_properties = service::header_properties(update.header())};
}

Message to_message(const v1::FleetPositions& positions) {
    return {
        .topic = "fleet/positions/" + positions.zip(), .payload = positions.SerializeAsString(), .qos = 0};
}

void raise(service::Service& app, const std::string& kind, const v1::Alert& alert) {
    app.post([topic = "alert/" + kind + "/" + alert.vehicle_id(), alert](Transaction& tx) {
        tx.publish(topic, alert);
    });
}

int run(int argc, char** argv) {
    service::Service app(
        {.name = "dray-tracking",
         .settings = service::Settings::load("dray-tracking", "Shows customers their vehicle",
                                             service::common_keys(), argc, argv),
         .migrations = tracking::kMigrations});
    tracking::Patrol patrol(tracking::StreetSpeeds::load(service::ZipMap::folder_of(app.settings())));
    tracking::FleetView fleet(service::ZipMap::load(service::ZipMap::folder_of(app.settings())));
    tracking::Trips trips;
    service::ActiveInstance active(app.instance());
    const auto stand_by_or_speak = [&](Transaction& tx) {
        active.renew(tx, service::now_ms());
        trips.refresh(tx);
    };
    app.post(stand_by_or_speak);
    app.every(std::chrono::seconds(1), stand_by_or_speak);
    app.on<v1::Award>("order/award/+", [&](Transaction& tx, const auto& e) { trips.awarded(tx, e); });
    app.on<v1::OrderDelivered>(
        "order/delivered/+", [&](Transaction& tx, const auto& e) { trips.ended(tx, e.header().order_id()); });
    app.on<v1::OrderCancelled>(
        "order/cancelled/+", [&](Transaction& tx, const auto& e) { trips.ended(tx, e.header().order_id()); });
    app.on_stream("vehicle/+/status", 1, [&](const Message& message) {
        v1::VehicleStatus status;
        if (!status.ParseFromString(message.payload)) return;
        trips.vehicle_reports(status);
        fleet.vehicle_reports(status);
    });
    app.on_stream("vehicle/+/location", 0, [&](const Message& message) {
        v1::Location location;
        if (!location.ParseFromString(message.payload)) return;
        fleet.located(location);
        const auto news = trips.located(location, service::now_ms());
        const auto speeding = patrol.speeding(location);
        if (!active.is_us()) return;
        for (const auto& update : news.updates) app.publish_now(to_message(update));
        for (const auto& near : news.near)
            app.post([&trips, near](Transaction& tx) { trips.announce(tx, near); });
        for (const auto& alert : news.off_route) raise(app, "off-route", alert);
        if (speeding) raise(app, "speeding", *speeding);
    });
    app.every(std::chrono::seconds(1), [&](Transaction&) {
        if (!active.is_us()) return;
        for (const auto& positions : fleet.positions(service::now_ms()))
            app.publish_now(to_message(positions));
    });
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-tracking", [&] { return run(argc, argv); });
}
