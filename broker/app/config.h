// The configuration of drayd: what it is. How keys are named, read, checked and shown is config_table.h's
// business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/listener.h"
#include "reactor/log.h"
#include "shard/limits.h"

namespace dray::app {

struct ListenerConfig {
    net::ListenerKind kind = net::ListenerKind::kMqtt;
    std::string bind;
    std::optional<bool> allow_anonymous;  // unset: only if the address is a loopback address
};

struct Config {
    // The two listeners that most users need; empty = none.
    std::string mqtt_bind = "127.0.0.1:1883";
    std::string ws_bind = "127.0.0.1:8083";
    std::optional<bool> allow_anonymous;  // of these two
    std::vector<ListenerConfig> more_listeners;

    std::uint32_t threads = 0;  // 0 = one per processor
    std::string data_dir;       // empty = nothing is kept on disk

    shard::Limits limits;
    std::uint32_t websocket_message_bytes_max = 64 * 1024 * 1024;
    std::uint32_t http_header_bytes_max = 8 * 1024;

    reactor::LogLevel log_level = reactor::LogLevel::kInfo;
    reactor::LogFormat log_format = reactor::LogFormat::kHuman;

    // All of them, in the order in which `ready` names them.
    std::vector<ListenerConfig> listeners() const;
};

}  // namespace dray::app
