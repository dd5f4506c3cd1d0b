#include "services/common/http_server.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>
#include <optional>
#include <stdexcept>
#include <thread>

namespace dray::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

tcp::endpoint parse_address(const std::string& address, const std::string& option) {
    const auto colon = address.rfind(':');
    const auto host = address.substr(0, colon);
    const auto port = colon == std::string::npos ? std::string{} : address.substr(colon + 1);
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(host, error);
    const bool digits =
        !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
    const int number = digits ? std::stoi(port) : -1;
    if (error || number < 0 || number > 65535) {
        throw std::runtime_error(option + " must look like 127.0.0.1:8080, not \"" + address + "\"");
    }
    return {ip, static_cast<unsigned short>(number)};
}

HttpRequest to_request(const http::request<http::string_body>& message) {
    const std::string target(message.target());
    const auto question = target.find('?');
    return {.method = std::string(message.method_string()),
            .path = decode_path(target.substr(0, question)),
            .query = question == std::string::npos ? std::string{} : target.substr(question + 1),
            .if_none_match = std::string(message[http::field::if_none_match]),
            .body = message.body()};
}

using LiveCount = std::shared_ptr<std::atomic<std::size_t>>;

// One connection: read a request, hand it on, write the answer, again.
class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(tcp::socket socket, const HttpServer::Handler& handler, LiveCount live)
        : stream_(std::move(socket)), handler_(handler), live_(std::move(live)) {
        ++*live_;
    }
    ~Session() { --*live_; }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void read() {
        parser_.emplace();
        parser_->body_limit(HttpServer::kBodyMax);
        stream_.expires_after(HttpServer::kIdleMax);
        http::async_read(
            stream_, buffer_, *parser_,
            [self = shared_from_this()](beast::error_code error, std::size_t) { self->on_read(error); });
    }

  private:
    void on_read(beast::error_code error) {
        keep_alive_ = false;
        if (error == http::error::body_limit)
            return write({.status = 413, .content_type = "text/plain", .body = "too large\n"});
        if (error == http::error::end_of_stream) return close();
        if (error && error.category() == http::make_error_code(http::error::bad_method).category()) {
            return write({.status = 400, .content_type = "text/plain", .body = "malformed request\n"});
        }
        if (error) return;  // gone or silent for too long
        keep_alive_ = parser_->get().keep_alive();
        head_only_ = parser_->get().method() == http::verb::head;
        stream_.expires_never();
        handler_(to_request(parser_->get()), [self = shared_from_this()](HttpResponse response) {
            asio::post(self->stream_.get_executor(), [self, response = std::move(response)]() mutable {
                self->write(std::move(response));
            });
        });
    }

    void write(HttpResponse response) {
        answer_ = {};
        answer_.version(11);
        answer_.result(static_cast<unsigned>(response.status));
        answer_.set(http::field::server, "dray");
        if (!response.content_type.empty()) answer_.set(http::field::content_type, response.content_type);
        answer_.set("X-Content-Type-Options", "nosniff");
        for (const auto& [name, value] : response.headers) answer_.set(name, value);
        answer_.keep_alive(keep_alive_);
        answer_.body() = std::move(response.body);
        answer_.prepare_payload();
        if (head_only_) answer_.body().clear();
        stream_.expires_after(HttpServer::kIdleMax);
        http::async_write(stream_, answer_,
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                              if (error) return;
                              if (self->keep_alive_) return self->read();
                              self->close();
                          });
    }

    void close() {
        beast::error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }

    beast::tcp_stream stream_;
    const HttpServer::Handler& handler_;
    LiveCount live_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> answer_;
    bool keep_alive_ = false;
    bool head_only_ = false;
};

std::optional<char> decode_hex(const std::string& text, std::size_t at) {
    if (at + 2 >= text.size()) return std::nullopt;
    const auto digits = text.substr(at + 1, 2);
    if (digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return std::nullopt;
    return static_cast<char>(std::stoi(digits, nullptr, 16));
}

}  // namespace

std::string decode_path(const std::string& target) {
    std::string path;
    for (std::size_t i = 0; i < target.size(); ++i) {
        if (target[i] != '%') {
            path += target[i];
            continue;
        }
        const auto byte = decode_hex(target, i);
        if (!byte || *byte == '\0') return {};
        path += *byte;
        i += 2;
    }
    return path;
}

struct HttpServer::Impl {
    explicit Impl(Handler h) : handler(std::move(h)) {}

    void accept() {
        acceptor.async_accept(asio::make_strand(context),
                              [this](beast::error_code error, tcp::socket socket) {
                                  if (error == asio::error::operation_aborted) return;
                                  if (!error && *live < kConnectionsMax) {
                                      socket.set_option(tcp::no_delay(true), error);
                                      std::make_shared<Session>(std::move(socket), handler, live)->read();
                                  } else if (error) {
                                      spdlog::warn("http accept: {}", error.message());
                                  }
                                  accept();
                              });
    }

    Handler handler;
    LiveCount live = std::make_shared<std::atomic<std::size_t>>(0);
    asio::io_context context{1};
    tcp::acceptor acceptor{context};
    std::thread thread;
};

HttpServer::HttpServer(const std::string& address, Handler handler, const std::string& option)
    : impl_(std::make_unique<Impl>(std::move(handler))) {
    const auto endpoint = parse_address(address, option);
    try {
        impl_->acceptor.open(endpoint.protocol());
        impl_->acceptor.set_option(asio::socket_base::reuse_address(true));
        impl_->acceptor.bind(endpoint);
        impl_->acceptor.listen();
    } catch (const std::exception& error) {
        throw std::runtime_error(option + " " + address + ": " + error.what());
    }
}

HttpServer::~HttpServer() {
    stop();
}

std::string HttpServer::address() const {
    const auto endpoint = impl_->acceptor.local_endpoint();
    const auto host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

void HttpServer::start() {
    impl_->accept();
    impl_->thread = std::thread([this] { impl_->context.run(); });
}

void HttpServer::stop() {
    impl_->context.stop();
    if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace dray::service
