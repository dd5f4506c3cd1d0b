#include "harness/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace dray::conformance {
namespace {

// The sample key of RFC 6455 section 1.3 and the answer it must get.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

// The value of a header in an HTTP response, or empty.
std::string header(const std::string& response, const std::string& name) {
    const std::size_t at = lower(response).find("\r\n" + name + ":");
    if (at == std::string::npos) return {};
    const std::size_t begin = response.find_first_not_of(' ', at + name.size() + 3);
    return response.substr(begin, response.find("\r\n", begin) - begin);
}

// Masked length byte and extended length, RFC 6455 section 5.2.
void append_length(std::string& frame, std::size_t size, bool masked) {
    const std::uint8_t mask = masked ? 0x80 : 0;
    const auto byte = [&](std::size_t value) { frame.push_back(static_cast<char>(value & 0xff)); };
    if (size < 126) {
        byte(mask | size);
    } else if (size <= 0xffff) {
        byte(mask | 126U);
        byte(size >> 8);
        byte(size);
    } else {
        byte(mask | 127U);
        for (int shift = 56; shift >= 0; shift -= 8) byte(size >> shift);
    }
}

}  // namespace

TcpWire::TcpWire(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
        ::close(fd_);
        throw std::runtime_error("the broker refuses connections on port " + std::to_string(port));
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

TcpWire::~TcpWire() {
    ::close(fd_);
}

void TcpWire::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

Arrival TcpWire::receive(std::string& bytes, Deadline deadline) {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, deadline.milliseconds_left()) <= 0) return Arrival::kNothing;
    std::array<char, 65536> buffer;
    const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (size <= 0) return Arrival::kClosed;
    bytes.append(buffer.data(), static_cast<std::size_t>(size));
    return Arrival::kBytes;
}

void TcpWire::close_sending() {
    ::shutdown(fd_, SHUT_WR);
}

WebSocketWire::WebSocketWire(std::unique_ptr<Wire> below, const Handshake& handshake)
    : below_(std::move(below)) {
    std::string request = "GET " + handshake.path +
                          " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: "
                          "Upgrade\r\nSec-WebSocket-Version: " +
                          handshake.version + "\r\nSec-WebSocket-Key: " + std::string(kKey) + "\r\n";
    if (!handshake.subprotocol.empty())
        request += "Sec-WebSocket-Protocol: " + handshake.subprotocol + "\r\n";
    below_->send(request + "\r\n");

    const Deadline deadline = Deadline::standard();
    while (input_.find("\r\n\r\n") == std::string::npos) {
        if (below_->receive(input_, deadline) != Arrival::kBytes) break;
    }
    const std::size_t end = input_.find("\r\n\r\n");
    response_ = input_.substr(0, end == std::string::npos ? end : end + 4);
    input_.erase(0, response_.size());
}

bool WebSocketWire::accepted() const {
    return response_.starts_with("HTTP/1.1 101") && header(response_, "sec-websocket-accept") == kAccept &&
           header(response_, "sec-websocket-protocol") == "mqtt";
}

void WebSocketWire::send_frame(Opcode opcode, std::string_view payload, bool final) {
    constexpr std::string_view kMask = "\x37\xfa\x21\x3d";
    std::string frame(1, static_cast<char>((final ? 0x80 : 0) | static_cast<std::uint8_t>(opcode)));
    append_length(frame, payload.size(), true);
    frame += kMask;
    for (std::size_t i = 0; i < payload.size(); ++i) {
        frame.push_back(static_cast<char>(payload[i] ^ kMask[i % 4]));
    }
    below_->send(frame);
}

void WebSocketWire::send_unmasked_frame(std::string_view payload) {
    std::string frame = "\x82";
    append_length(frame, payload.size(), false);
    below_->send(frame.append(payload));
}

Arrival WebSocketWire::receive(std::string& bytes, Deadline deadline) {
    const std::size_t before = bytes.size();
    for (;;) {
        while (take_frame(bytes)) {
        }
        if (bytes.size() > before) return Arrival::kBytes;
        const Arrival arrival = below_->receive(input_, deadline);
        if (arrival != Arrival::kBytes) return arrival;
    }
}

// Takes one whole frame off the input, if there is one; servers do not mask.
bool WebSocketWire::take_frame(std::string& bytes) {
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(input_[i]); };
    if (input_.size() < 2) return false;
    std::size_t size = at(1) & 0x7f;
    std::size_t header_size = 2;
    if (size >= 126) {
        const std::size_t length_bytes = size == 126 ? 2 : 8;
        header_size += length_bytes;
        if (input_.size() < header_size) return false;
        size = 0;
        for (std::size_t i = 2; i < header_size; ++i) size = (size << 8) | at(i);
    }
    if (input_.size() < header_size + size) return false;

    const std::string payload = input_.substr(header_size, size);
    switch (static_cast<Opcode>(at(0) & 0x0f)) {
        case Opcode::kContinuation:
        case Opcode::kBinary:
            bytes += payload;
            break;
        case Opcode::kPing:
            send_frame(Opcode::kPong, payload);
            break;
        case Opcode::kPong:
            last_pong_ = payload;
            break;
        case Opcode::kText:  // an MQTT server never sends one; the test sees bytes that are no packet
            bytes += "\xff";
            break;
        case Opcode::kClose:
            if (size >= 2) {
                close_code_ = static_cast<std::uint16_t>((static_cast<std::uint8_t>(payload[0]) << 8) |
                                                         static_cast<std::uint8_t>(payload[1]));
            }
            send_frame(Opcode::kClose, payload.substr(0, 2));
            break;
    }
    input_.erase(0, header_size + size);
    return true;
}

}  // namespace dray::conformance
