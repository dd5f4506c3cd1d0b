// Reactors with real sockets on a port that the system chose, and a client that speaks raw bytes.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "net/listen_socket.h"
#include "net/socket_transport.h"
#include "reactor/reactor_group.h"
#include "store/memory_store.h"

namespace dray::net::test {

class RealBroker {
  public:
    // Beside its MQTT and WebSocket listeners it has those of `more`, reached as listener(0) and so on.
    explicit RealBroker(int shards, shard::Limits limits = {}, WsStream::Limits websocket = {},
                        const std::vector<ListenerOptions>& more = {})
        : group_(options(shards, limits), store_, reactor::Clock()) {
        for (std::size_t i = 0; i < group_.size(); ++i) {
            transports_.push_back(std::make_unique<SocketTransport>(group_[i]));
            group_[i].set_transport(*transports_[i]);
        }
        std::signal(SIGPIPE, SIG_IGN);
        ListenerOptions plain;
        plain.allow_anonymous = true;
        plain.websocket = websocket;
        mqtt_ = listen(plain);
        plain.kind = ListenerKind::kWebSocket;
        websocket_ = listen(plain);
        for (const ListenerOptions& one : more) listeners_.push_back(listen(one));
        group_.start();
    }
    ~RealBroker() { stop(); }

    bool stop() { return group_.stop(std::chrono::seconds(30)); }
    const Address& mqtt() const { return mqtt_; }
    const Address& websocket() const { return websocket_; }
    const Address& listener(std::size_t index) const { return listeners_[index]; }

  private:
    static shard::ShardOptions options(int shards, const shard::Limits& limits) {
        shard::ShardOptions options;
        options.count = static_cast<shard::ShardIndex>(shards);
        options.limits = limits;
        return options;
    }
    Address listen(const ListenerOptions& options) {
        auto opened = open_listen_sockets(*resolve(*HostPort::parse("127.0.0.1:0")), group_.size());
        EXPECT_TRUE(opened.has_value());
        auto listener = std::make_shared<ListenerOptions>(options);
        listener->address = opened->address.to_text();
        for (std::size_t i = 0; i < group_.size(); ++i) {
            transports_[i]->listen(std::move(opened->sockets[i]), listener);
        }
        return opened->address;
    }

    store::MemoryStore store_;
    reactor::ReactorGroup group_;
    std::vector<std::unique_ptr<SocketTransport>> transports_;
    std::vector<Address> listeners_;
    Address mqtt_;
    Address websocket_;
};

class RawClient {
  public:
    explicit RawClient(const Address& address) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        EXPECT_EQ(::connect(socket_.number(), address.get(), address.length), 0);
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            ASSERT_GT(sent, 0) << "the broker closed while the client was still sending";
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    // As many bytes as wanted, or what came until the end of the stream or the deadline.
    std::string receive(std::size_t count) {
        std::string got;
        while (got.size() < count && is_readable()) {
            char buffer[65536];
            const ssize_t part =
                ::recv(socket_.number(), buffer, std::min(sizeof buffer, count - got.size()), 0);
            if (part <= 0) break;
            got.append(buffer, static_cast<std::size_t>(part));
        }
        return got;
    }
    // All until the broker has closed in good order; "…RESET" or "…OPEN" at the end if it has not.
    std::string receive_to_end() {
        std::string got;
        while (is_readable()) {
            char buffer[65536];
            const ssize_t part = ::recv(socket_.number(), buffer, sizeof buffer, 0);
            if (part == 0) return got;
            if (part < 0) return got + "RESET";
            got.append(buffer, static_cast<std::size_t>(part));
        }
        return got + "OPEN";
    }
    int number() const { return socket_.number(); }

  private:
    bool is_readable() const {
        pollfd ready{socket_.number(), POLLIN, 0};
        return ::poll(&ready, 1, 20'000) == 1;
    }
    reactor::FileDescriptor socket_;
};

inline std::string with_length(std::string_view text) {
    return std::string{static_cast<char>(text.size() >> 8), static_cast<char>(text.size() & 0xFF)} +
           std::string(text);
}

inline std::string packet(std::uint8_t first, const std::string& body) {
    std::string out(1, static_cast<char>(first));
    std::size_t left = body.size();
    do {
        out += static_cast<char>((left & 0x7F) | (left > 127 ? 0x80 : 0));
        left >>= 7;
    } while (left > 0);
    return out + body;
}

// MQTT 3.1.1, clean session.
inline std::string connect_packet(const std::string& client_id) {
    return packet(0x10, with_length("MQTT") + std::string("\x04\x02\x00\x3C", 4) + with_length(client_id));
}
inline std::string subscribe_packet(const std::string& filter) {
    return packet(0x82, std::string("\0\x01", 2) + with_length(filter) + '\0');
}
inline std::string publish_packet(const std::string& topic, const std::string& payload) {
    return packet(0x30, with_length(topic) + payload);
}

const std::string kConnackBytes("\x20\x02\x00\x00", 4);
const std::string kSubackBytes("\x90\x03\x00\x01\x00", 5);

}  // namespace dray::net::test
