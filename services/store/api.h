// The store's HTTP face.
//
//   GET  /api/products            {"products": [{"sku", "name", "unit_price_cents", "available", ...}]}
//   POST /api/orders              202 {"order_id", "status"}; 4xx problem+json with the field
//   GET  /api/orders/<id>         {"order_id", "status", "vehicle", ..., "history": [{"status", "at"}]}
//   POST /api/orders/<id>/cancel  202: it is asked for, the status will tell; 409: it has ended
//   GET  /api/orders              {"counts": {"delivered": 12, ...}}
//   GET  /api/address/<zip>       {"zip", "deliverable", "city"} by dray-catalog; 504: no answer
//   GET  /api/config              {"ws_url", "city", "attribution", "warehouse"}: for the web page; with a
//                                 tile server also "tiles": {"url", "attribution"}; with "asks_for_token":
//                                 true the broker lets nobody in by WebSocket without one
//   POST /api/tokens              {"token"}: see page_tokens.h; 403 if the operator's code is wrong
//   GET  /api/zips                {"zips": [{"zip", "latitude", "longitude"}]}
//   GET  /healthz                 {"status": "ok", "broker": "connected"}
//   GET  everything else          the web page and the map
//
// An order is accepted while the broker is away: its event waits in the outbox.
#pragma once

#include "services/common/http_server.h"
#include "services/common/requester.h"
#include "services/common/service.h"
#include "services/common/zips.h"
#include "services/store/order_book.h"
#include "services/store/page_tokens.h"
#include "services/store/static_files.h"
#include "services/store/tile_server.h"

namespace dray::store {

class Api {
  public:
    // `requester`: asks about addresses. `tiles`, `tokens`: for the pages.
    Api(service::Service& app, const OrderBook& book, const service::ZipMap& zips, const StaticFiles& files,
        service::Requester& requester, const std::optional<TileServer>& tiles,
        const std::optional<PageTokens>& tokens);

    void handle(const service::HttpRequest& request, const service::HttpServer::Respond& respond);

  private:
    void place_order(const service::HttpRequest& request, const service::HttpServer::Respond& respond);
    void show_order(const std::string& id, const service::HttpServer::Respond& respond);
    void cancel_order(const std::string& id, const service::HttpServer::Respond& respond);
    void give_token(const service::HttpRequest& request, const service::HttpServer::Respond& respond);
    service::HttpResponse health() const;

    void check_address(const std::string& zip, const service::HttpServer::Respond& respond);

    service::Service& app_;
    const OrderBook& book_;
    const service::ZipMap& zips_;
    const StaticFiles& files_;
    service::Requester& requester_;
    const std::optional<PageTokens>& tokens_;
    std::string config_body_;
    std::string zips_body_;
};

}  // namespace dray::store
