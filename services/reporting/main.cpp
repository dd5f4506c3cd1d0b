// dray-reporting: each order's timeline and the totals, over HTTP. See read_model.h.
//
//   GET /api/timeline/<order>     GET /api/totals
#include <nlohmann/json.hpp>

#include "services/common/database_answer.h"
#include "services/common/problem.h"
#include "services/reporting/read_model.h"

using namespace dray;
using service::HttpResponse;
using service::Transaction;

namespace {

constexpr std::string_view kTimeline = "/api/timeline/";

void answer(service::Service& app, const service::HttpRequest& request,
            const service::HttpServer::Respond& respond) {
    if (request.path == "/api/totals") {
        return service::answer_from_database(
            app, [](Transaction& tx) { return HttpResponse{.body = reporting::totals(tx).dump() + "\n"}; },
            respond);
    }
    if (!request.path.starts_with(kTimeline))
        return respond(to_response(service::Problem{404, "", "there is no " + request.path}));
    service::answer_from_database(
        app,
        [order = request.path.substr(kTimeline.size())](Transaction& tx) {
            return HttpResponse{.body = reporting::timeline(tx, order).dump() + "\n"};
        },
        respond);
}

int run(int argc, char** argv) {
    auto keys = service::common_keys();
    keys.push_back({"reporting.http", "127.0.0.1:8090", "address to serve; port 0 lets the system choose"});
    service::Service app({.name = "dray-reporting",
                          .settings = service::Settings::load(
                              "dray-reporting", "Timelines and totals, from events", keys, argc, argv),
                          .migrations = {reporting::kSchema}});
    app.follow("events", reporting::filters(), reporting::read);
    service::HttpServer server(
        app.settings().text("reporting.http"),
        [&](const auto& request, const auto& respond) { answer(app, request, respond); });
    server.start();
    app.announce_http(server.address());
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-reporting", [&] { return run(argc, argv); });
}
