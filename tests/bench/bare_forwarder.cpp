// The least that a broker must do for a message alone: one epoll_wait, one recv, one send, and nothing else.
//
//     bare_forwarder        prints its port; MQTT 3.1.1 on loopback until it is ended
//
// Each topic has one subscriber, each read brings whole packets, each send takes all, a publisher says QoS 0:
// what a load program of ours does. Nothing is checked or kept. So its CPU time for a message is a floor on
// this machine, for tests/bench/run to show beside that of brokers.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <variant>

#include "base/assert.h"
#include "mqtt/decode.h"
#include "mqtt/encode.h"

namespace {

using namespace dray;

constexpr auto kVersion = mqtt::ProtocolVersion::kV311;
constexpr std::size_t kReadBytes = 64 * 1024;

int checked(int result) {
    if (result < 0) throw std::system_error(errno, std::system_category());
    return result;
}

int listening_socket() {
    const int socket = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof(address);
    checked(::bind(socket, reinterpret_cast<const sockaddr*>(&address), bytes));
    checked(::listen(socket, SOMAXCONN));
    checked(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &bytes));
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return socket;
}

class Forwarder {
  public:
    Forwarder() { watch(listener_, EPOLLIN); }

    void turn() {
        std::array<epoll_event, 512> ready;
        const int count = checked(::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1));
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = ready[static_cast<std::size_t>(i)];
            event.data.fd == listener_ ? accept() : read(event.data.fd);
        }
    }

  private:
    void watch(int socket, std::uint32_t events) const {
        epoll_event event{.events = events, .data = {.fd = socket}};
        checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event));
    }

    void accept() {
        const int socket = checked(::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        const int on = 1;
        checked(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
        watch(socket, EPOLLIN | EPOLLRDHUP | EPOLLET);
    }

    void read(int socket) {
        const ssize_t got = ::recv(socket, buffer_.data(), buffer_.size(), 0);
        if (got < 0 && errno == EAGAIN) return;  // it came with what was read before
        if (got <= 0) {
            ::close(socket);
            return;
        }
        for (ByteView rest(buffer_.data(), static_cast<std::size_t>(got)); !rest.empty();) {
            const mqtt::FrameResult next = mqtt::next_frame(rest, kReadBytes, kVersion);
            DRAY_ASSERT(next.status == mqtt::FrameStatus::kDone);
            serve(socket, next.frame, rest.first(next.frame.size));
            rest = rest.subspan(next.frame.size);
        }
    }

    void serve(int socket, const mqtt::Frame& frame, ByteView whole) {
        if (frame.type == mqtt::PacketType::kPublish) {
            const auto message = mqtt::decode_publish(frame, kVersion);
            if (const auto taker = takers_.find(std::string(message->topic)); taker != takers_.end()) {
                send(taker->second, whole);
            }
            return;
        }
        const auto packet = mqtt::decode(frame, kVersion);
        std::string answer;
        if (std::holds_alternative<mqtt::Connect>(*packet)) {
            mqtt::encode(mqtt::Connack{}, kVersion, answer);
        } else if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&*packet)) {
            mqtt::Suback suback;
            suback.packet_id = subscribe->packet_id;
            for (const mqtt::SubscriptionRequest& request : subscribe->requests) {
                takers_[std::string(request.filter)] = socket;
                suback.reasons.push_back(mqtt::ReasonCode::kSuccess);
            }
            mqtt::encode(suback, kVersion, answer);
        }
        if (!answer.empty()) send(socket, as_bytes(answer));
    }

    static void send(int socket, ByteView bytes) { ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

    int epoll_ = checked(::epoll_create1(EPOLL_CLOEXEC));
    int listener_ = listening_socket();
    std::unordered_map<std::string, int> takers_;  // by topic
    std::array<std::uint8_t, kReadBytes> buffer_;
};

}  // namespace

int main() {
    Forwarder forwarder;
    for (;;) forwarder.turn();
}
