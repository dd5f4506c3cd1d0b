// The only place that knows Beast: its parser is strict about HTTP and costs compile time.
#include "net/ws_upgrade.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <boost/beast/http.hpp>

#include "base/result.h"
#include "base/web_origin.h"

namespace dray::net {

namespace {

namespace http = boost::beast::http;

using Request = http::request_header<>;

struct Refusal {
    http::status status{};
    std::string why;
};

std::string respond(http::status status, std::string_view extra_headers, std::string_view body) {
    std::string out = "HTTP/1.1 " + std::to_string(static_cast<unsigned>(status)) + ' ';
    out += std::string_view(http::obsolete_reason(status));
    out += "\r\n";
    out += extra_headers;
    if (status != http::status::switching_protocols) {
        out += "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: ";
        out += std::to_string(body.size()) + "\r\n";
    }
    out += "\r\n";
    out += body;
    return out;
}

UpgradeReply refuse(const Refusal& refusal) {
    UpgradeReply reply;
    reply.status = UpgradeReply::Status::kRefused;
    reply.why = refusal.why;
    const bool upgrade = refusal.status == http::status::upgrade_required;
    reply.response =
        respond(refusal.status,
                upgrade ? "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" : "",
                "This is an MQTT broker's WebSocket listener: " + refusal.why + ".\n");
    return reply;
}

bool has_token(const Request& request, http::field field, std::string_view token) {
    return http::token_list{request[field]}.exists(token);
}

// 16 bytes in base64: 22 digits and "==".
bool is_key(std::string_view key) {
    if (key.size() != 24 || !key.ends_with("==")) return false;
    return key.substr(0, 22).find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == std::string_view::npos;
}

bool is_our_path(std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    return path == "/mqtt" || path == "/";
}

// Which of the offered subprotocols we speak, in the client's order; empty: none was offered.
Result<std::string, Refusal> choose_subprotocol(const Request& request) {
    if (request.find(http::field::sec_websocket_protocol) == request.end()) return std::string();
    // A client may offer in several header lines.
    const auto [first, last] = request.equal_range(http::field::sec_websocket_protocol);
    for (auto line = first; line != last; ++line) {
        for (const auto token : http::token_list{line->value()}) {
            if (token == "mqtt" || token == "mqttv3.1") return std::string(token);
        }
    }
    return Refusal{http::status::bad_request, "none of the subprotocols offered is mqtt"};
}

Result<std::string, Refusal> check(const Request& request) {
    if (request.method() != http::verb::get) {
        return Refusal{http::status::method_not_allowed, "only GET with an upgrade is served"};
    }
    if (!is_our_path(request.target())) {
        return Refusal{http::status::not_found, "the paths are /mqtt and /"};
    }
    if (request.version() < 11 || request.find(http::field::host) == request.end()) {
        return Refusal{http::status::bad_request, "the request is not HTTP/1.1 with a Host"};
    }
    if (!has_token(request, http::field::upgrade, "websocket") ||
        !has_token(request, http::field::connection, "upgrade")) {
        return Refusal{http::status::upgrade_required, "the request does not ask for a WebSocket"};
    }
    if (request[http::field::sec_websocket_version] != "13") {
        return Refusal{http::status::upgrade_required, "only WebSocket version 13 is spoken"};
    }
    if (!is_key(request[http::field::sec_websocket_key])) {
        return Refusal{http::status::bad_request, "Sec-WebSocket-Key is not 16 bytes in base64"};
    }
    return choose_subprotocol(request);
}

}  // namespace

std::string websocket_accept(std::string_view key) {
    const std::string salted = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(salted.data()), salted.size(), digest.data());
    std::array<unsigned char, 32> text{};  // 28 digits and a NUL
    const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
    return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

UpgradeReply read_upgrade(ByteView input, std::size_t header_bytes_max) {
    const std::string_view text = as_text(input);
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos && input.size() <= header_bytes_max) {
        // Something else than HTTP (a TLS hello, MQTT on the wrong port) is told so at its first bytes.
        const std::string_view start = text.substr(0, 4);
        if (!std::string_view("GET ").starts_with(start) &&
            start.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ ") != std::string_view::npos) {
            return refuse({http::status::bad_request, "the request is not HTTP"});
        }
        return {};
    }
    if (end == std::string_view::npos || end + 4 > header_bytes_max) {
        return refuse({http::status::request_header_fields_too_large, "the request header is too long"});
    }
    http::request_parser<http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(header_bytes_max));
    boost::beast::error_code error;
    const std::size_t consumed = parser.put(boost::asio::buffer(input.data(), end + 4), error);
    if (error || !parser.is_header_done()) {
        return refuse({http::status::bad_request, "the request is not HTTP: " + error.message()});
    }
    const auto subprotocol = check(parser.get());
    if (!subprotocol) return refuse(subprotocol.error());

    UpgradeReply reply;
    reply.status = UpgradeReply::Status::kAccepted;
    reply.consumed = consumed;
    const auto origin = parser.get().find(http::field::origin);
    reply.is_of_foreign_page = origin != parser.get().end() && !is_page_of_this_machine(origin->value());
    std::string headers = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
                          websocket_accept(parser.get()[http::field::sec_websocket_key]) + "\r\n";
    if (!subprotocol->empty()) headers += "Sec-WebSocket-Protocol: " + *subprotocol + "\r\n";
    reply.response = respond(http::status::switching_protocols, headers, "");
    return reply;
}

}  // namespace dray::net
