// Why a connection ended, and how loudly the log says so. Which client it was is known only when the shard
// ends it; otherwise the peer's address must do.
#pragma once

#include <cstdint>
#include <string_view>

#include "mqtt/reason_code.h"
#include "reactor/log.h"

namespace dray::net {

enum class CloseCause : std::uint8_t {
    kByPeer,
    kByBroker,
    kConnectionLost,
    kProxyRefused,
    kTooManyConnections,
    kTlsRefused,
    kUpgradeRefused,
    kWebSocketViolation,
    kWebSocketClosed,
    kCannotWatch,
    kStopping,
};

struct Ending {
    CloseCause cause{};
    std::string_view why = {};        // in words
    std::string_view client_id = {};  // if known
    mqtt::ReasonCode reason{};        // of the broker
};

struct CloseCauseText {
    CloseCause cause{};
    reactor::LogLevel level{};
    std::string_view text;
};

const CloseCauseText& describe(CloseCause cause);

}  // namespace dray::net
