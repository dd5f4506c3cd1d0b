// Finds the handler of a request: a table of methods and paths.
//
//     GET  /api/v1/queues/{name}        {name} matches one segment; the handler gets it in Call::names
//
// No route: 404. A route, but not with that method: 405 with Allow. HEAD is GET without the body.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "admin/http_message.h"
#include "admin/target.h"

namespace dray::admin {

struct Call {
    HttpRequest request;
    Target target;
    std::vector<std::string> names;  // what stood for {…} in the path, in order
    Respond respond;
};
// Answers by call->respond, once.
using Handler = std::function<void(std::shared_ptr<Call> call)>;

enum class Access : std::uint8_t { kEverybody, kOperators };
// Whether a request leaves a line in the log.
enum class Trace : std::uint8_t { kIfNotGet, kNever };

class Router {
  public:
    // `token` as in access.h.
    explicit Router(std::string token) : token_(std::move(token)) {}

    void add(std::string_view method, std::string_view path, Handler handler,
             Access access = Access::kOperators, Trace trace = Trace::kIfNotGet);
    void handle(HttpRequest request, Respond respond) const;
    // What the broker asks itself, for somebody who was let in elsewhere.
    void get(std::string target, Respond respond) const;
    // All of them: "GET /api/v1/queues/{name}".
    std::vector<std::string> routes() const;

  private:
    struct Route {
        std::string method;
        std::vector<std::string> path;
        Handler handler;
        Access access{};
        Trace trace{};
    };
    void serve(HttpRequest request, Respond respond, bool is_let_in) const;

    std::string token_;
    std::vector<Route> routes_;
};

}  // namespace dray::admin
