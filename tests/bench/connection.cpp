#include "connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace dray::bench {
namespace {

void append_number(std::string& out, std::size_t value) {
    out.push_back(static_cast<char>((value >> 8) & 0xff));
    out.push_back(static_cast<char>(value & 0xff));
}

void append_text(std::string& out, std::string_view text) {
    append_number(out, text.size());
    out += text;
}

// The size of the packet at the start, and where its body begins; 0 when it is not all there.
std::size_t frame_size(std::string_view bytes, std::size_t& body_at) {
    std::size_t length = 0;
    for (std::size_t i = 1; i < bytes.size() && i <= 4; ++i) {
        const auto byte = static_cast<std::uint8_t>(bytes[i]);
        length |= static_cast<std::size_t>(byte & 0x7f) << (7 * (i - 1));
        if ((byte & 0x80) != 0) continue;
        body_at = i + 1;
        return bytes.size() >= body_at + length ? body_at + length : 0;
    }
    return 0;
}

}  // namespace

Connection::Connection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
        ::close(fd_);
        throw std::runtime_error("cannot connect to 127.0.0.1:" + std::to_string(port));
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

Connection::~Connection() {
    ::close(fd_);
}

void Connection::append_header(int first_byte, std::size_t remaining_length) {
    out_.push_back(static_cast<char>(first_byte));
    do {
        const std::size_t more = remaining_length > 0x7f ? 0x80 : 0;
        out_.push_back(static_cast<char>((remaining_length & 0x7f) | more));
        remaining_length >>= 7;
    } while (remaining_length > 0);
}

void Connection::connect(const std::string& client_id, bool clean_session) {
    append_header(0x10, 12 + client_id.size());
    append_text(out_, "MQTT");
    out_ += std::string_view(clean_session ? "\x04\x02\x00\x00" : "\x04\x00\x00\x00",
                             4);  // level 4, no keep-alive
    append_text(out_, client_id);
}

void Connection::subscribe(const std::string& filter, int qos) {
    append_header(0x82, 5 + filter.size());
    append_number(out_, 1);
    append_text(out_, filter);
    out_.push_back(static_cast<char>(qos));
}

void Connection::publish(std::string_view topic, int qos, std::string_view payload) {
    append_header(0x30 | (qos << 1), 2 + topic.size() + (qos > 0 ? 2 : 0) + payload.size());
    append_text(out_, topic);
    if (qos > 0) {
        next_id_ = next_id_ == 0xffff ? std::uint16_t{1} : static_cast<std::uint16_t>(next_id_ + 1);
        append_number(out_, next_id_);
    }
    out_ += payload;
}

void Connection::acknowledge(std::uint16_t packet_id) {
    append_header(0x40, 2);
    append_number(out_, packet_id);
}

bool Connection::flush() {
    while (out_at_ < out_.size()) {
        const ssize_t sent = ::send(fd_, out_.data() + out_at_, out_.size() - out_at_, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return errno == EAGAIN;
        out_at_ += static_cast<std::size_t>(sent);
    }
    out_.clear();
    out_at_ = 0;
    return true;
}

bool Connection::read(const OnPacket& on_packet) {
    std::array<char, 65536> buffer;
    for (;;) {
        const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return errno == EAGAIN;
        if (size == 0) return false;
        in_.append(buffer.data(), static_cast<std::size_t>(size));
        std::size_t at = 0;
        std::size_t body_at = 0;
        while (const std::size_t frame = frame_size(std::string_view(in_).substr(at), body_at)) {
            const auto first = static_cast<std::uint8_t>(in_[at]);
            on_packet(first >> 4, first & 15, std::string_view(in_).substr(at + body_at, frame - body_at));
            at += frame;
        }
        in_.erase(0, at);
        if (static_cast<std::size_t>(size) < buffer.size()) return true;
    }
}

}  // namespace dray::bench
