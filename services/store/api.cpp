#include "services/store/api.h"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "dray/v1/check.pb.h"
#include "services/common/database_answer.h"
#include "services/common/event.h"
#include "services/common/problem.h"
#include "services/store/order_json.h"

namespace dray::store {
namespace {

using nlohmann::json;
using service::Transaction;

constexpr char kOrders[] = "/api/orders";
constexpr std::string_view kOrder = "/api/orders/";
constexpr std::string_view kCancel = "/cancel";
constexpr std::string_view kAddressPath = "/api/address/";
constexpr std::string_view kTokens = "/api/tokens";

service::HttpResponse to_response(const json& body, int status = 200) {
    return {.status = status, .body = body.dump() + "\n", .headers = {{"Cache-Control", "no-store"}}};
}

std::string config_body(const service::Settings& settings, const service::ZipMap& zips,
                        const std::optional<TileServer>& tiles, bool asks_for_token) {
    const auto warehouse = zips.warehouse();
    json config = {{"ws_url", settings.text("store.public_ws")},
                   {"city", zips.city()},
                   {"attribution", zips.attribution()},
                   {"warehouse", position_to_json(warehouse.latitude(), warehouse.longitude())}};
    if (tiles) config["tiles"] = {{"url", tiles->url}, {"attribution", tiles->attribution}};
    if (asks_for_token) config["asks_for_token"] = true;
    return config.dump();
}

std::string zips_body(const service::ZipMap& zips) {
    json list = json::array();
    for (const auto& [code, zip] : zips.all()) {
        list.push_back(
            {{"zip", code}, {"latitude", zip.centre.latitude()}, {"longitude", zip.centre.longitude()}});
    }
    return json({{"zips", list}}).dump();
}

}  // namespace

Api::Api(service::Service& app, const OrderBook& book, const service::ZipMap& zips, const StaticFiles& files,
         service::Requester& requester, const std::optional<TileServer>& tiles,
         const std::optional<PageTokens>& tokens)
    : app_(app),
      book_(book),
      zips_(zips),
      files_(files),
      requester_(requester),
      tokens_(tokens),
      config_body_(config_body(app.settings(), zips, tiles, tokens.has_value())),
      zips_body_(zips_body(zips)) {}

void Api::handle(const service::HttpRequest& request, const service::HttpServer::Respond& respond) {
    const auto& path = request.path;
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (path == kOrders && request.method == "POST") return place_order(request, respond);
    if (request.method == "POST" && path.starts_with(kOrder) && path.ends_with(kCancel)) {
        const auto id = path.substr(kOrder.size(), path.size() - kOrder.size() - kCancel.size());
        return cancel_order(id, respond);
    }
    if (tokens_ && path == kTokens && request.method == "POST") return give_token(request, respond);
    if (!reads) {
        auto refusal = to_response(Problem{405, "", request.method + " is not possible here"});
        refusal.headers.emplace_back("Allow", path == kOrders ? "GET, HEAD, POST" : "GET, HEAD");
        return respond(std::move(refusal));
    }
    if (path == kOrders) {
        return service::answer_from_database(
            app_,
            [this](Transaction& tx) {
                return to_response({{"counts", book_.count_by_status(tx)}});
            },
            respond);
    }
    if (path.starts_with(kOrder)) return show_order(path.substr(kOrder.size()), respond);
    if (path == "/api/products") {
        return service::answer_from_database(
            app_, [this](Transaction& tx) { return to_response(book_.products(tx)); }, respond);
    }
    if (path == "/api/config") return respond({.body = config_body_});
    if (path == "/api/zips") return respond({.body = zips_body_});
    if (path.starts_with(kAddressPath)) return check_address(path.substr(kAddressPath.size()), respond);
    if (path == "/healthz") return respond(health());
    if (path.starts_with("/api/")) return respond(to_response(Problem{404, "", "there is no " + path}));
    respond(files_.get(request));
}

void Api::place_order(const service::HttpRequest& request, const service::HttpServer::Respond& respond) {
    const auto parsed =
        parse_order(request.body, [this](const auto& zip) { return zips_.find(zip) != nullptr; });
    if (const auto* problem = std::get_if<Problem>(&parsed)) return respond(to_response(*problem));
    service::answer_from_database(
        app_,
        [this, order = std::get<OrderRequest>(parsed)](Transaction& tx) {
            const auto placed = book_.place(tx, order);
            if (const auto* problem = std::get_if<Problem>(&placed)) return to_response(*problem);
            const auto& id = std::get<std::string>(placed);
            auto response = to_response({{"order_id", id}, {"status", "processing"}}, 202);
            response.headers.emplace_back("Location", kOrders + ("/" + id));
            return response;
        },
        respond);
}

void Api::show_order(const std::string& id, const service::HttpServer::Respond& respond) {
    service::answer_from_database(
        app_,
        [this, id](Transaction& tx) {
            const auto order = book_.order(tx, id);
            return order ? to_response(*order)
                         : to_response(Problem{404, "order_id", "there is no order " + id});
        },
        respond);
}

void Api::cancel_order(const std::string& id, const service::HttpServer::Respond& respond) {
    service::answer_from_database(
        app_,
        [this, id](Transaction& tx) {
            const auto problem = book_.cancel(tx, id);
            return problem ? to_response(*problem)
                           : to_response({{"order_id", id}, {"status", "cancelling"}}, 202);
        },
        respond);
}

void Api::check_address(const std::string& zip, const service::HttpServer::Respond& respond) {
    if (zip.empty() || zip.find_first_not_of("0123456789") != std::string::npos)
        return respond(to_response(Problem{422, "zip", "must be digits"}));
    const auto answer = [respond](const std::optional<std::string>& payload) {
        v1::AddressChecked checked;
        if (!payload || !checked.ParseFromString(*payload))
            return respond(to_response(Problem{504, "", "nobody who knows addresses has answered"}));
        respond(to_response(
            {{"zip", checked.zip()}, {"deliverable", checked.deliverable()}, {"city", checked.city()}}));
    };
    // Onto the service's thread.
    app_.post([](Transaction&) {},
              [this, zip, answer](const auto&) { requester_.ask("check/address/" + zip, answer); });
}

void Api::give_token(const service::HttpRequest& request, const service::HttpServer::Respond& respond) {
    const auto parsed = parse_token_request(request.body);
    if (const auto* problem = std::get_if<Problem>(&parsed)) return respond(to_response(*problem));
    const auto& wanted = std::get<TokenRequest>(parsed);
    const bool is_operator = tokens_->is_operator_code(wanted.operator_code);
    if (!wanted.operator_code.empty() && !is_operator)
        return respond(to_response(Problem{403, "operator_code", "that is not the operators' code"}));
    service::answer_from_database(
        app_,
        [this, is_operator, orders = wanted.orders](Transaction& tx) mutable {
            std::erase_if(orders, [&](const auto& id) { return !book_.order(tx, id); });
            return to_response(
                {{"token", tokens_->sign(is_operator ? "operator" : "customer", orders, service::now_ms())}});
        },
        respond);
}

service::HttpResponse Api::health() const {
    return to_response({{"status", "ok"}, {"broker", app_.connected() ? "connected" : "disconnected"}});
}

}  // namespace dray::store
