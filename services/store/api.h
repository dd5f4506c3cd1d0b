// The store's HTTP face.
//
//   GET  /api/products            {"products": [{"sku", "name", "unit_price_cents", "on_hand", "reserved",
//                                 "available"}]}
//   POST /api/orders              202 {"order_id", "status"}; 4xx application/problem+json with the field
//   GET  /api/orders/<id>         {"order_id", "status", "vehicle", "zip", …, "history": [{"status", "at"}]}
//   POST /api/orders/<id>/cancel  202 when it is asked for (the status tells whether it came in time), else
//   409 GET  /api/orders              {"counts": {"delivered": 12, …}} GET  /api/config {"ws_url", "city",
//   "attribution", "warehouse"}: for the web page GET  /api/zips                {"zips": [{"zip", "latitude",
//   "longitude"}]} GET  /healthz                 {"status": "ok", "broker": "connected"} GET  everything else
//   the web page and the map
//
// An order is accepted while the broker is away: its event waits in the outbox.
#pragma once

#include "services/common/http_server.h"
#include "services/common/service.h"
#include "services/common/zips.h"
#include "services/store/order_book.h"
#include "services/store/static_files.h"

namespace dray::store {

class Api {
  public:
    Api(service::Service& app, const OrderBook& book, const service::ZipMap& zips, const StaticFiles& files);

    void handle(const service::HttpRequest& request, const service::HttpServer::Respond& respond);

  private:
    void place_order(const service::HttpRequest& request, const service::HttpServer::Respond& respond);
    void show_order(const std::string& id, const service::HttpServer::Respond& respond);
    void cancel_order(const std::string& id, const service::HttpServer::Respond& respond);
    service::HttpResponse health() const;

    service::Service& app_;
    const OrderBook& book_;
    const service::ZipMap& zips_;
    const StaticFiles& files_;
    std::string config_body_;
    std::string zips_body_;
};

}  // namespace dray::store
