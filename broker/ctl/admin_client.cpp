#include "ctl/admin_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "ctl/failure.h"
#include "net/address.h"
#include "reactor/file_descriptor.h"

namespace dray::ctl {

namespace {

namespace http = boost::beast::http;

constexpr timeval kSilenceMax{.tv_sec = 15, .tv_usec = 0};

[[noreturn]] void unreachable(const AdminAddress& admin, const std::string& why) {
    throw Failure(ExitCode::kUnreachable,
                  "cannot reach drayd at " + admin.where + ": " + why + ".\nIs it running with --admin " +
                      admin.where + " (admin.bind)? Another address is given by --admin or DRAYCTL_ADMIN.");
}

std::string system_error() {
    const int error = errno;
    if (error == EAGAIN) return "no answer within " + std::to_string(kSilenceMax.tv_sec) + " s";
    return std::generic_category().message(error);
}

reactor::FileDescriptor connect(const AdminAddress& admin) {
    const auto address = net::bind_address(admin.where);
    if (!address) throw Failure(ExitCode::kUsage, "--admin " + admin.where + ": " + address.error().what);
    reactor::FileDescriptor socket(::socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) unreachable(admin, system_error());
    ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &kSilenceMax, sizeof kSilenceMax);
    ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &kSilenceMax, sizeof kSilenceMax);
    if (::connect(socket.number(), address->get(), address->length) != 0) unreachable(admin, system_error());
    return socket;
}

std::string request_text(const AdminAddress& admin, std::string_view method, std::string_view target,
                         std::string_view body) {
    std::string text;
    text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ");
    text.append(admin.where.starts_with(net::kUnixPrefix) ? "localhost" : admin.where).append("\r\n");
    if (!admin.token.empty()) text.append("Authorization: Bearer ").append(admin.token).append("\r\n");
    if (!body.empty()) text.append("Content-Type: application/json\r\n");
    text.append("Content-Length: ").append(std::to_string(body.size()));
    return text.append("\r\nConnection: close\r\n\r\n").append(body);
}

void send(const AdminAddress& admin, int socket, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0) unreachable(admin, system_error());
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

// An answer as it comes.
class Reading {
  public:
    Reading(const AdminAddress& admin, int socket) : admin_(admin), socket_(socket) {
        parser_.body_limit(std::numeric_limits<std::uint64_t>::max());
        parser_.eager(true);
    }

    bool has_head() const { return parser_.is_header_done(); }
    bool is_done() const { return parser_.is_done(); }
    int status() const { return static_cast<int>(parser_.get().result_int()); }
    std::string& body() { return parser_.get().body(); }
    AdminAnswer answer() {
        return {status(), std::string(parser_.get()[http::field::content_type]), std::move(body())};
    }

    // What has come, or comes next.
    void read() {
        std::array<char, 64 * 1024> bytes{};
        const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
        if (count < 0) unreachable(admin_, system_error());
        boost::system::error_code error;
        if (count == 0) {
            parser_.put_eof(error);
            if (error || !parser_.is_done()) unreachable(admin_, "it hung up before it had answered");
            return;
        }
        unparsed_.append(bytes.data(), static_cast<std::size_t>(count));
        const std::size_t used = parser_.put(boost::asio::buffer(unparsed_), error);
        if (error && error != http::error::need_more)
            unreachable(admin_, "that is not HTTP: " + error.message());
        unparsed_.erase(0, used);
    }

  private:
    AdminAddress admin_;
    int socket_;
    http::response_parser<http::string_body> parser_;
    std::string unparsed_;
};

// What came before `end`, which is taken off as well; nothing if that has not come.
std::optional<std::string> take_until(std::string& text, std::string_view end) {
    const std::size_t at = text.find(end);
    if (at == std::string::npos) return std::nullopt;
    std::string taken = text.substr(0, at);
    text.erase(0, at + end.size());
    return taken;
}

}  // namespace

std::string usual_admin_address() {
    static constexpr const char* kOfThePackage = "/run/dray/admin";
    std::error_code error;
    const bool is_there = std::filesystem::exists(kOfThePackage, error);
    return is_there ? std::string("unix:") + kOfThePackage : "127.0.0.1:8081";
}

AdminAnswer ask_admin(const AdminAddress& admin, std::string_view method, std::string_view target,
                      std::string_view body) {
    const reactor::FileDescriptor socket = connect(admin);
    send(admin, socket.number(), request_text(admin, method, target, body));
    Reading reading(admin, socket.number());
    while (!reading.is_done()) reading.read();
    return reading.answer();
}

struct AdminEvents::Parts {
    explicit Parts(const AdminAddress& admin) : socket(connect(admin)), reading(admin, socket.number()) {}

    reactor::FileDescriptor socket;
    Reading reading;
    std::optional<AdminAnswer> refusal;
};

AdminEvents::AdminEvents(const AdminAddress& admin, std::string_view target)
    : parts_(std::make_unique<Parts>(admin)) {
    Reading& reading = parts_->reading;
    send(admin, parts_->socket.number(), request_text(admin, "GET", target, {}));
    while (!reading.has_head()) reading.read();
    if (reading.status() == 200) return;
    while (!reading.is_done()) reading.read();
    parts_->refusal = reading.answer();
}

AdminEvents::~AdminEvents() = default;

const std::optional<AdminAnswer>& AdminEvents::refusal() const {
    return parts_->refusal;
}

std::optional<std::string> AdminEvents::next(std::chrono::milliseconds patience) {
    static constexpr std::string_view kData = "data: ";
    for (;;) {
        while (const auto event = take_until(parts_->reading.body(), "\n\n")) {
            if (event->starts_with(kData)) return event->substr(kData.size());
        }
        if (parts_->reading.is_done()) throw Failure(ExitCode::kUnreachable, "drayd has ended the stream");
        pollfd socket{.fd = parts_->socket.number(), .events = POLLIN, .revents = 0};
        if (::poll(&socket, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
        parts_->reading.read();
    }
}

std::string percent_encode(std::string_view text) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                              (byte >= 'A' && byte <= 'Z') ||
                              std::string_view("-._~").find(c) != std::string_view::npos;
        if (is_plain) {
            encoded += c;
        } else {
            encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
        }
    }
    return encoded;
}

}  // namespace dray::ctl
