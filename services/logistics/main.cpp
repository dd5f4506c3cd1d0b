// dray-logistics: finds a vehicle for each order and watches it deliver. See dispatch.h.
//
//   GET /api/fairness     where the setting `http` names an address; see fairness.h
#include <nlohmann/json.hpp>
#include <optional>

#include "services/common/database_answer.h"
#include "services/common/problem.h"
#include "services/logistics/dispatch.h"
#include "services/logistics/fairness.h"

using namespace dray;
using service::HttpResponse;
using service::Key;
using service::Transaction;

namespace {

constexpr std::chrono::milliseconds kTick{250};
constexpr std::chrono::milliseconds kWindowTick{50};

Key seconds(const std::string& name, const std::string& value, const std::string& help) {
    return {name, value, help, Key::Kind::kInteger, 1, 24 * 60 * 60};
}

void answer(service::Service& app, const service::HttpRequest& request,
            const service::HttpServer::Respond& respond) {
    if (request.path != "/api/fairness")
        return respond(to_response(service::Problem{404, "", "there is no " + request.path}));
    service::answer_from_database(
        app, [](Transaction& tx) { return HttpResponse{.body = logistics::fairness(tx).dump() + "\n"}; },
        respond);
}

int run(int argc, char** argv) {
    auto keys = service::common_keys();
    keys.push_back(seconds("logistics.wave_seconds", "8", "how long a repeated offer stands"));
    keys.push_back(seconds("logistics.deadline_seconds", "900", "from the first offer to giving up"));
    keys.push_back(
        seconds("logistics.lease_seconds", "300", "an award is lost when its vehicle is silent so long"));
    keys.push_back(
        seconds("logistics.leg_seconds", "3600", "... or takes so long to the pick-up, or to the door"));
    keys.push_back(seconds("logistics.offline_seconds", "20", "a winner may be away or idle for so long"));
    keys.push_back({"logistics.bid_window_ms", "0",
                    "wait so long for the bid that is soonest at the customer; 0: the first bid wins",
                    Key::Kind::kInteger, 0, 60'000});
    keys.push_back({"logistics.http", "", "address that serves the fairness report; empty: none"});
    service::Service app({.name = "dray-logistics",
                          .settings = service::Settings::load(
                              "dray-logistics", "Finds a vehicle for each order", keys, argc, argv),
                          .migrations = logistics::kMigrations});
    const auto& settings = app.settings();
    const auto zips = service::ZipMap::load(service::ZipMap::folder_of(settings));
    logistics::Dispatch dispatch({.wave_ms = settings.integer("logistics.wave_seconds") * 1000,
                                  .deadline_ms = settings.integer("logistics.deadline_seconds") * 1000,
                                  .lease_ms = settings.integer("logistics.lease_seconds") * 1000,
                                  .leg_ms = settings.integer("logistics.leg_seconds") * 1000,
                                  .offline_grace_ms = settings.integer("logistics.offline_seconds") * 1000,
                                  .bid_window_ms = settings.integer("logistics.bid_window_ms")},
                                 zips);

    app.on<v1::ShipmentOffer>("order/ship/+/+",
                              [&](Transaction& tx, const auto& e) { dispatch.offered(tx, e); });
    app.on_each<v1::Bid>("order/bid/+/+/+", [&](Transaction& tx, const auto& e) { dispatch.bid(tx, e); });
    app.on<v1::VehicleStatus>("vehicle/+/status",
                              [&](Transaction& tx, const auto& e) { dispatch.vehicle_reports(tx, e); });
    app.on<v1::CancelOrder>("order/cancel/+",
                            [&](Transaction& tx, const auto& e) { dispatch.cancel(tx, e); });
    app.on<v1::OrderCancelled>("order/cancelled/+",
                               [&](Transaction& tx, const auto& e) { dispatch.cancelled(tx, e); });
    app.on_connect([&](Transaction&) { dispatch.connected(); });
    app.every(kTick, [&](Transaction& tx) { dispatch.tick(tx); });
    if (settings.integer("logistics.bid_window_ms") > 0)
        app.every(kWindowTick, [&](Transaction& tx) { dispatch.close_windows(tx); });

    std::optional<service::HttpServer> server;
    if (const auto& address = settings.text("logistics.http"); !address.empty()) {
        server.emplace(address,
                       [&](const auto& request, const auto& respond) { answer(app, request, respond); });
        server->start();
        app.announce_http(server->address());
    }
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-logistics", [&] { return run(argc, argv); });
}
