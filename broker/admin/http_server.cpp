#include "admin/http_server.h"

#include <sys/socket.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <deque>
#include <optional>
#include <sstream>
#include <utility>

#include "admin/event_loop_parts.h"
#include "admin/problem.h"
#include "reactor/clock.h"
#include "reactor/log.h"

namespace dray::admin {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Protocol = asio::generic::stream_protocol;
using Stream = beast::basic_stream<Protocol>;

namespace {

HttpRequest to_request(http::request<http::string_body>& message) {
    const auto field = [&message](http::field name) { return std::string(message[name]); };
    return {.method = std::string(message.method_string()),
            .target = std::string(message.target()),
            .host = field(http::field::host),
            .origin = field(http::field::origin),
            .authorization = field(http::field::authorization),
            .idempotency_key = std::string(message["Idempotency-Key"]),
            .last_event_id = std::string(message["Last-Event-ID"]),
            .body = std::move(message.body())};
}

// What a request that cannot be read is answered with; nothing: the client is gone, or silent for too long.
std::optional<Problem> problem_of(beast::error_code error) {
    if (error == http::error::body_limit) {
        return Problem{413, "the body is longer than " + std::to_string(kHttpBodyBytesMax) + " bytes"};
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
    if (error.category() != http::make_error_code(http::error::bad_method).category()) return std::nullopt;
    return Problem{400, "malformed HTTP: " + error.message()};
}

// What all connections share; each keeps it alive.
struct Service {
    HttpHandler handler;
    std::size_t connections = 0;
    reactor::Clock clock = {};
    reactor::LogBudget refusal_lines = {};
};

void log_refusal(Service& service, std::string_view method, std::string_view target, int status,
                 const std::string& why) {
    if (!service.refusal_lines.take(service.clock.now())) return;
    reactor::log_info("admin request refused", {{"method", method},
                                                {"target", target},
                                                {"status", status},
                                                {"why", why},
                                                {"left_out", service.refusal_lines.take_suppressed()}});
}

// One connection: reads a request, hands it on, writes the answer, and again; or until the client goes, where
// the body stays open.
class Connection : public std::enable_shared_from_this<Connection>, public OpenBody {
  public:
    Connection(Stream stream, std::shared_ptr<Service> service)
        : stream_(std::move(stream)), service_(std::move(service)) {
        ++service_->connections;
    }
    ~Connection() override { --service_->connections; }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void read() {
        parser_.emplace();
        parser_->body_limit(kHttpBodyBytesMax);
        stream_.expires_after(kHttpIdleMax);
        http::async_read(
            stream_, buffer_, *parser_,
            [self = shared_from_this()](beast::error_code error, std::size_t) { self->on_read(error); });
    }

  private:
    void on_read(beast::error_code error) {
        keep_alive_ = !error && parser_->get().keep_alive();
        head_only_ = !error && parser_->get().method() == http::verb::head;
        stream_.expires_never();
        if (!error) {
            return service_->handler(
                to_request(parser_->get()),
                [self = shared_from_this()](HttpResponse response) { self->write(std::move(response)); });
        }
        if (const auto problem = problem_of(error)) write(to_response(*problem));
    }

    void write(HttpResponse response) {
        if (!response.why.empty()) {
            const auto& request = parser_->get();
            log_refusal(*service_, request.method_string(), request.target(), response.status, response.why);
        }
        if (response.open_body && !head_only_) return open(std::move(response));
        fill_in_head(response);
        answer_.keep_alive(keep_alive_);
        answer_.body() = std::move(response.body);
        answer_.prepare_payload();
        if (head_only_) answer_.body().clear();
        stream_.expires_after(kHttpIdleMax);
        http::async_write(
            stream_, answer_,
            [self = shared_from_this()](beast::error_code error, std::size_t) { self->on_written(error); });
    }

    void fill_in_head(const HttpResponse& response) {
        answer_ = {};
        answer_.version(11);
        answer_.result(static_cast<unsigned>(response.status));
        answer_.set(http::field::content_type, response.content_type);
        answer_.set(http::field::cache_control, "no-store");
        answer_.set("X-Content-Type-Options", "nosniff");
        for (const auto& [name, value] : response.headers) answer_.set(name, value);
    }

    void on_written(beast::error_code error) {
        if (error) return;
        if (keep_alive_) return read();
        beast::error_code ignored;
        stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    }

    // A body without a length ends with the connection.
    void open(HttpResponse response) {
        fill_in_head(response);
        answer_.keep_alive(false);
        std::ostringstream head;
        head << answer_.base();
        watch();
        // Not kept by its own piece, should that never leave.
        write(std::move(head).str(), [weak = weak_from_this(), go_on = std::move(response.open_body)] {
            if (const auto self = weak.lock()) go_on(self);
        });
    }

    // Nothing is expected of the client any more but that it goes.
    void watch() {
        stream_.async_read_some(buffer_.prepare(1),
                                [self = shared_from_this()](beast::error_code, std::size_t) { self->end(); });
    }

    void write(std::string piece, std::function<void()> written) override {
        if (is_over_) return;
        pieces_.emplace_back(std::move(piece), std::move(written));
        if (pieces_.size() == 1) write_piece();
    }

    void write_piece() {
        stream_.expires_after(kHttpIdleMax);
        asio::async_write(stream_, asio::buffer(pieces_.front().first),
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                              self->on_piece_written(error);
                          });
    }

    void on_piece_written(beast::error_code error) {
        if (error) end();
        if (is_over_) return;
        const auto written = std::move(pieces_.front().second);
        pieces_.pop_front();
        if (!pieces_.empty()) write_piece();
        written();
    }

    void end() override {
        if (std::exchange(is_over_, true)) return;
        stream_.close();
        for (auto& [piece, written] : pieces_)
            written = nullptr;  // nobody is kept alive by what is not written
        if (ended_) std::exchange(ended_, nullptr)();
    }

    void on_end(std::function<void()> ended) override {
        if (is_over_) return ended();
        ended_ = std::move(ended);
    }

    Stream stream_;
    std::shared_ptr<Service> service_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> answer_;
    bool keep_alive_ = false;
    bool head_only_ = false;

    std::deque<std::pair<std::string, std::function<void()>>>
        pieces_;  // of an open body; the first is on its way
    std::function<void()> ended_;
    bool is_over_ = false;
};

// Asio has no acceptor for a socket of any family; waiting for one that is readable is all that it takes.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
  public:
    Acceptor(asio::io_context& io, reactor::FileDescriptor listening, HttpHandler handler)
        : io_(io), listening_(io, listening.release()) {
        service_->handler = std::move(handler);
    }

    void wait() {
        listening_.async_wait(asio::posix::stream_descriptor::wait_read,
                              [self = shared_from_this()](beast::error_code error) {
                                  if (error) return;
                                  self->accept();
                                  self->wait();
                              });
    }

  private:
    void accept() {
        const int fd = ::accept4(listening_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) return;
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
        Protocol::socket socket(io_, Protocol(address.ss_family, 0), fd);
        if (service_->connections >= kHttpConnectionsMax)
            return log_refusal(*service_, "", "", 0, "there are too many connections");
        std::make_shared<Connection>(Stream(std::move(socket)), service_)->read();
    }

    asio::io_context& io_;
    asio::posix::stream_descriptor listening_;
    std::shared_ptr<Service> service_ = std::make_shared<Service>();
};

}  // namespace

void serve_http(EventLoop& loop, reactor::FileDescriptor listening, HttpHandler handler) {
    std::make_shared<Acceptor>(loop.parts().io, std::move(listening), std::move(handler))->wait();
}

}  // namespace dray::admin
