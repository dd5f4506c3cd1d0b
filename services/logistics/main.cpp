// dray-logistics: finds a vehicle for each order and watches it deliver. See dispatch.h.
#include "services/logistics/dispatch.h"

using namespace dray;
using service::Key;
using service::Transaction;

namespace {

Key seconds(const std::string& name, const std::string& value, const std::string& help) {
    return {name, value, help, Key::Kind::kInteger, 1, 24 * 60 * 60};
}

int run(int argc, char** argv) {
    auto keys = service::common_keys();
    keys.push_back(seconds("logistics.wave_seconds", "8", "how long a repeated offer stands"));
    keys.push_back(seconds("logistics.deadline_seconds", "900", "from the first offer to giving up"));
    keys.push_back(
        seconds("logistics.lease_seconds", "900", "an award without progress for so long is lost"));
    keys.push_back(seconds("logistics.offline_seconds", "20", "a winner may be away or idle for so long"));
    service::Service app({.name = "dray-logistics",
                          .settings = service::Settings::load(
                              "dray-logistics", "Finds a vehicle for each order", keys, argc, argv),
                          .migrations = logistics::kMigrations});
    const auto& settings = app.settings();
    const auto zips = service::ZipMap::load(service::ZipMap::folder_of(settings));
    logistics::Dispatch dispatch({.wave_ms = settings.integer("logistics.wave_seconds") * 1000,
                                  .deadline_ms = settings.integer("logistics.deadline_seconds") * 1000,
                                  .lease_ms = settings.integer("logistics.lease_seconds") * 1000,
                                  .offline_grace_ms = settings.integer("logistics.offline_seconds") * 1000},
                                 zips, [&](const service::Message& offer) { app.publish_now(offer); });

    app.on<v1::ShipmentOffer>("order/ship/+/+",
                              [&](Transaction& tx, const auto& e) { dispatch.offered(tx, e); });
    app.on<v1::Bid>("order/bid/+/+/+", [&](Transaction& tx, const auto& e) { dispatch.bid(tx, e); });
    app.on<v1::VehicleStatus>("vehicle/+/status",
                              [&](Transaction& tx, const auto& e) { dispatch.vehicle_reports(tx, e); });
    app.on<v1::CancelOrder>("order/cancel/+",
                            [&](Transaction& tx, const auto& e) { dispatch.cancel(tx, e); });
    app.on<v1::OrderCancelled>("order/cancelled/+",
                               [&](Transaction& tx, const auto& e) { dispatch.cancelled(tx, e); });
    app.every(std::chrono::milliseconds(250), [&](Transaction& tx) { dispatch.tick(tx); });
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-logistics", [&] { return run(argc, argv); });
}
