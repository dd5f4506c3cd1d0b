// One HTTP exchange as values: what the server (http_server.h) hands to the router, and gets back.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dray::admin {

struct HttpRequest {
    std::string method;  // "GET"
    std::string target;  // path and query as they came, still encoded
    std::string host;    // header fields; empty if absent
    std::string origin;
    std::string authorization;
    std::string idempotency_key;
    std::string last_event_id;
    std::string body;
};

// The body of an answer that goes on for as long as the client listens.
class OpenBody {
  public:
    virtual ~OpenBody() = default;
    // Pieces leave in their order; `written` is called when this one has, and not at all if the client has
    // gone.
    virtual void write(std::string piece, std::function<void()> written) = 0;
    virtual void end() = 0;
    // The client has gone, or end() was called. Once.
    virtual void on_end(std::function<void()> ended) = 0;
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string why = {};  // it is a refusal: for the log
    // Given: it gets the body, which is not written yet, when the head has left. `body` is empty then.
    std::function<void(std::shared_ptr<OpenBody>)> open_body = {};
};

// Called once, on the thread of the loop, now or later.
using Respond = std::function<void(HttpResponse)>;

}  // namespace dray::admin
