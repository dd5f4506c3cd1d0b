#include "app/broker.h"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <thread>

#include "app/version.h"
#include "net/address.h"
#include "net/listen_socket.h"
#include "reactor/clock.h"
#include "reactor/log.h"

namespace dray::app {

namespace {

shard::ShardOptions shard_options(const Config& config) {
    const unsigned wanted = config.threads != 0 ? config.threads : std::thread::hardware_concurrency();
    shard::ShardOptions options;
    options.count = static_cast<shard::ShardIndex>(std::clamp<unsigned>(wanted, 1, shard::kShardsMax));
    std::random_device chance;
    options.seed = std::uint64_t{chance()} << 32 | chance();
    options.limits = config.limits;
    options.version = kVersion;
    return options;
}

template <typename Value>
Value or_throw(Result<Value, net::Failure> result) {
    if (!result) throw std::runtime_error(result.error().what);
    return std::move(*result);
}

const char* anonymous_policy(const net::ListenerOptions& options) {
    return options.allow_anonymous ? "allowed" : "refused: set allow_anonymous = true to let them in";
}

}  // namespace

Broker::Broker(const Config& config) : reactors_(shard_options(config), store_, reactor::Clock()) {
    for (std::size_t i = 0; i < reactors_.size(); ++i) {
        transports_.push_back(std::make_unique<net::SocketTransport>(reactors_[i]));
        reactors_[i].set_transport(*transports_.back());
    }
    for (const ListenerConfig& listener : config.listeners()) listen(listener, config);
}

Broker::~Broker() = default;

void Broker::listen(const ListenerConfig& listener, const Config& config) {
    const net::Address wanted = or_throw(net::resolve(or_throw(net::HostPort::parse(listener.bind))));
    net::ListenSockets opened = or_throw(net::open_listen_sockets(wanted, reactors_.size()));

    auto options = std::make_shared<net::ListenerOptions>();
    options->kind = listener.kind;
    options->address = opened.address.to_text();
    options->allow_anonymous = listener.allow_anonymous.value_or(opened.address.is_loopback());
    options->websocket = {.header_bytes_max = config.http_header_bytes_max,
                          .message_bytes_max = config.websocket_message_bytes_max};
    for (std::size_t i = 0; i < transports_.size(); ++i) {
        transports_[i]->listen(std::move(opened.sockets[i]), options);
    }
    const char* const kind = listener.kind == net::ListenerKind::kMqtt ? "mqtt" : "ws";
    ready_line_ += std::string(" ") + kind + '=' + options->address;
    reactor::log_info(
        "listening",
        {{"kind", kind}, {"address", options->address}, {"anonymous_clients", anonymous_policy(*options)}});
}

void Broker::start() {
    reactors_.start();
}

}  // namespace dray::app
