// dray-privacy: "what do you know of me" and "forget me". See requests.h.
//
//   POST /api/privacy {"customer": "ada@example.com", "kind": "my-data" | "forget-me"}   202 {"request_id"}
//   GET  /api/privacy/<request>
#include <nlohmann/json.hpp>
#include <sstream>

#include "services/common/database_answer.h"
#include "services/common/problem.h"
#include "services/privacy/requests.h"

using namespace dray;
using nlohmann::json;
using service::HttpResponse;
using service::Problem;
using service::Transaction;

namespace {

constexpr std::string_view kPath = "/api/privacy";

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> words;
    std::istringstream stream(text);
    for (std::string word; std::getline(stream, word, ',');) words.push_back(word);
    return words;
}

void ask(service::Service& app, const privacy::Requests& requests, const std::string& body,
         const service::HttpServer::Respond& respond) {
    const auto order = json::parse(body, nullptr, false);
    const auto text = [&](const std::string& name) {
        return order.is_object() && order.contains(name) && order[name].is_string()
                   ? order[name].get<std::string>()
                   : std::string{};
    };
    const auto customer = text("customer");
    const auto kind = text("kind");
    if (customer.empty()) return respond(to_response(Problem{422, "customer", "is missing"}));
    if (kind != "my-data" && kind != "forget-me")
        return respond(to_response(Problem{422, "kind", "must be my-data or forget-me"}));
    const auto what = kind == "my-data" ? v1::PRIVACY_KIND_MY_DATA : v1::PRIVACY_KIND_FORGET_ME;
    service::answer_from_database(
        app,
        [&requests, customer, what](Transaction& tx) {
            return HttpResponse{.status = 202,
                                .body = json{{"request_id", requests.ask(tx, customer, what)}}.dump() + "\n"};
        },
        respond);
}

void answer(service::Service& app, const privacy::Requests& requests, const service::HttpRequest& request,
            const service::HttpServer::Respond& respond) {
    if (request.path == kPath && request.method == "POST") return ask(app, requests, request.body, respond);
    if (!request.path.starts_with(std::string(kPath) + "/"))
        return respond(to_response(Problem{404, "", "there is no " + request.path}));
    service::answer_from_database(
        app,
        [&requests, id = request.path.substr(kPath.size() + 1)](Transaction& tx) {
            const auto shown = requests.show(tx, id);
            return shown ? HttpResponse{.body = shown->dump() + "\n"}
                         : to_response(Problem{404, "", "there is no request " + id});
        },
        respond);
}

int run(int argc, char** argv) {
    auto keys = service::common_keys();
    keys.push_back({"privacy.http", "127.0.0.1:8091", "address to serve; port 0 lets the system choose"});
    keys.push_back({"privacy.participants", "dray-store,dray-crm,dray-fraud", "who has to answer"});
    keys.push_back({"privacy.deadline_seconds", "30", "then the report goes out without the rest",
                    service::Key::Kind::kInteger, 1, 24 * 60 * 60});
    service::Service app(
        {.name = "dray-privacy",
         .settings = service::Settings::load("dray-privacy", "Gathers or forgets what is known of a customer",
                                             keys, argc, argv),
         .migrations = {privacy::kSchema}});
    const privacy::Requests requests(
        {.participants = split(app.settings().text("privacy.participants")),
         .deadline_ms = app.settings().integer("privacy.deadline_seconds") * 1000});
    app.on<v1::PrivacyAnswer>("privacy/answer/+/+",
                              [&](Transaction& tx, const auto& event) { requests.answered(tx, event); });
    app.every(std::chrono::milliseconds(500), [&](Transaction& tx) { requests.report_late(tx); });
    service::HttpServer server(
        app.settings().text("privacy.http"),
        [&](const auto& request, const auto& respond) { answer(app, requests, request, respond); });
    server.start();
    app.announce_http(server.address());
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-privacy", [&] { return run(argc, argv); });
}
