// The store's HTTP face.
//
//   GET  /api/products       {"products": [{"sku", "name", "unit_price_cents", "on_hand", "reserved",
//   "available"}]} POST /api/orders         202 {"order_id", "status"}; 4xx application/problem+json with the
//   field that is wrong GET  /api/orders/<id>    {"order_id", "status", "vehicle", "zip", "items", …,
//   "history": [{"status", "at"}]} GET  /api/orders         {"counts": {"delivered": 12, …}} GET  /api/config
//   {"ws_url", "city", "attribution", "warehouse"}: what the web page needs to know GET  /api/zips {"zips":
//   [{"zip", "latitude", "longitude"}]} GET  /healthz            {"status": "ok", "broker": "connected"} GET
//   everything else     the web page and the map
//
// An order is accepted while the broker is away: its event waits in the outbox.
#pragma once

#include "services/common/service.h"
#include "services/common/zips.h"
#include "services/store/http_server.h"
#include "services/store/order_book.h"
#include "services/store/static_files.h"

namespace dray::store {

class Api {
  public:
    Api(service::Service& app, const OrderBook& book, const service::ZipMap& zips, const StaticFiles& files);

    void handle(const HttpRequest& request, const HttpServer::Respond& respond);

  private:
    void place_order(const HttpRequest& request, const HttpServer::Respond& respond);
    void show_order(const std::string& id, const HttpServer::Respond& respond);
    void from_database(std::function<HttpResponse(service::Transaction&)> read,
                       const HttpServer::Respond& respond);
    HttpResponse health() const;

    service::Service& app_;
    const OrderBook& book_;
    const service::ZipMap& zips_;
    const StaticFiles& files_;
    std::string config_body_;
    std::string zips_body_;
};

}  // namespace dray::store
