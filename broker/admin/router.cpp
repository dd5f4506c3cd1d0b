#include "admin/router.h"

#include <optional>
#include <utility>

#include "admin/access.h"
#include "admin/problem.h"
#include "base/assert.h"
#include "reactor/log.h"

namespace dray::admin {

namespace {

bool is_name(std::string_view segment) {
    return segment.starts_with('{');
}

std::optional<std::vector<std::string>> match(const std::vector<std::string>& pattern,
                                              const std::vector<std::string>& path) {
    if (pattern.size() != path.size()) return std::nullopt;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_name(pattern[i])) {
            names.push_back(path[i]);
        } else if (pattern[i] != path[i]) {
            return std::nullopt;
        }
    }
    return names;
}

}  // namespace

void Router::add(std::string_view method, std::string_view path, Handler handler, Access access,
                 Audit audit) {
    auto pattern = parse_target(path);
    DRAY_ASSERT(pattern.has_value());
    routes_.push_back({std::string(method), std::move(pattern->path), std::move(handler), access, audit});
}

std::vector<std::string> Router::routes() const {
    std::vector<std::string> all;
    for (const Route& route : routes_) {
        std::string text = route.method + " ";
        for (const std::string& segment : route.path) text += '/' + segment;
        if (route.path.empty()) text += '/';
        all.push_back(std::move(text));
    }
    return all;
}

// What acts leaves a line. What is refused to somebody who may come in, too: then http_server.cpp need not.
Respond Router::audited(const Route& route, const Admission& from, const HttpRequest& request,
                        Respond respond) const {
    return [this, &route, who = from.who, method = request.method, target = request.target,
            respond = std::move(respond)](HttpResponse response) {
        const std::string why = std::exchange(response.why, {});
        const char* const what = why.empty() ? "admin request" : "admin request refused";
        if (route.audit == Audit::kEach || some_lines_.take(clock_.now())) {
            const std::uint32_t left_out = some_lines_.take_suppressed();
            reactor::log_info(what, {{"who", who},
                                     {"method", method},
                                     {"target", target},
                                     {"status", response.status},
                                     {"why", why},
                                     {"left_out", left_out == 0 ? "" : std::to_string(left_out)}});
        }
        respond(std::move(response));
    };
}

void Router::handle(HttpRequest request, Respond respond) const {
    serve(std::move(request), std::move(respond), false);
}

void Router::get(std::string target, Respond respond) const {
    HttpRequest request;
    request.method = "GET";
    request.target = std::move(target);
    serve(std::move(request), std::move(respond), true);
}

void Router::serve(HttpRequest request, Respond respond, bool is_let_in) const {
    auto target = parse_target(request.target);
    if (!target) return respond(to_response({400, "the path or query is malformed"}));
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    std::string allowed;
    for (const Route& route : routes_) {
        auto names = match(route.path, target->path);
        if (!names) continue;
        if (route.method != method) {
            allowed += (allowed.empty() ? "" : ", ") + route.method;
            continue;
        }
        Admission from{.role = Role::kRead};
        if (route.access == Access::kByRole && !is_let_in) from = admit(operators_, request);
        if (from.refusal) {
            HttpResponse response = to_response(*from.refusal);
            if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
            return respond(std::move(response));
        }
        if (method != "GET") respond = audited(route, from, request, std::move(respond));
        if (const auto refusal = refuse_role(from, method == "GET" ? Role::kRead : Role::kOperate))
            return respond(to_response(*refusal));
        auto call = std::make_shared<Call>();
        *call = {std::move(request), std::move(*target), std::move(*names), std::move(from),
                 std::move(respond)};
        return route.handler(std::move(call));
    }
    if (allowed.empty()) return respond(to_response({404, "there is nothing at " + request.target}));
    HttpResponse response = to_response({405, "only " + allowed + " is possible there"});
    response.headers.emplace_back("Allow", allowed);
    respond(std::move(response));
}

}  // namespace dray::admin
