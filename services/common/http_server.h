// A small HTTP/1.1 server on Boost.Beast, which this header keeps to itself. One thread serves all
// connections.
//
// The handler gets each request with a function to answer it by, from any thread, now or later. Limits:
// kBodyMax a request (413 beyond it), kIdleMax of silence, kConnectionsMax at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dray::service {

struct HttpRequest {
    std::string method;
    std::string path;  // decoded, without the query
    std::string query;
    std::string if_none_match;
    std::string body;
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
};

class HttpServer {
  public:
    using Respond = std::function<void(HttpResponse)>;
    using Handler = std::function<void(HttpRequest, Respond)>;

    static constexpr std::size_t kBodyMax = 64 * 1024;
    static constexpr std::size_t kConnectionsMax = 4000;
    static constexpr std::chrono::seconds kIdleMax{60};

    // `address` is host:port with a numeric host; port 0 lets the system choose. Throws std::runtime_error
    // that names `option`, the setting which the address comes from.
    HttpServer(const std::string& address, Handler handler, const std::string& option = "--http");
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::string address() const;  // with the port that was chosen
    void start();
    void stop();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// "%2F" -> "/"; empty when it is malformed or hides a NUL.
std::string decode_path(const std::string& target);

}  // namespace dray::service
