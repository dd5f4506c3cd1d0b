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

#include "admin/access.h"
#include "admin/http_message.h"
#include "admin/target.h"
#include "reactor/clock.h"
#include "reactor/log.h"

namespace dray::admin {

struct Call {
    HttpRequest request;
    Target target;
    std::vector<std::string> names;  // what stood for {…} in the path, in order
    Admission from;
    Respond respond;
};
// Answers by call->respond, once.
using Handler = std::function<void(std::shared_ptr<Call> call)>;

// kByRole: a GET needs the role read, all else operate.
enum class Access : std::uint8_t { kEverybody, kByRole };
// What acts leaves a line in the log, with who it was and what came of it: each one, or as many as any client
// may cause.
enum class Audit : std::uint8_t { kEach, kSome };

class Router {
  public:
    explicit Router(Operators operators) : operators_(std::move(operators)) {}

    void add(std::string_view method, std::string_view path, Handler handler, Access access = Access::kByRole,
             Audit audit = Audit::kEach);
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
        Audit audit{};
    };
    void serve(HttpRequest request, Respond respond, bool is_let_in) const;
    Respond audited(const Route& route, const Admission& from, const HttpRequest& request,
                    Respond respond) const;

    Operators operators_;
    std::vector<Route> routes_;
    reactor::Clock clock_;
    mutable reactor::LogBudget some_lines_;
};

}  // namespace dray::admin
