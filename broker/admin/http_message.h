// One HTTP exchange as values: what the server (http_server.h) hands to the router, and gets back.
#pragma once

#include <functional>
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
    std::string body;
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string why = {};  // it is a refusal: for the log
};

// Called once, on the thread of the loop, now or later.
using Respond = std::function<void(HttpResponse)>;

}  // namespace dray::admin
