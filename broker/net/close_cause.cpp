#include "net/close_cause.h"

#include <array>
#include <cstddef>

#include "base/assert.h"

namespace dray::net {

namespace {

using reactor::LogLevel;

constexpr std::array kCauses{
    CloseCauseText{CloseCause::kByPeer, LogLevel::kDebug, "closed by the peer"},
    CloseCauseText{CloseCause::kByBroker, LogLevel::kInfo, "closed by the broker"},
    CloseCauseText{CloseCause::kConnectionLost, LogLevel::kDebug, "connection lost"},
    CloseCauseText{CloseCause::kProxyRefused, LogLevel::kInfo, "PROXY header refused"},
    CloseCauseText{CloseCause::kTooManyConnections, LogLevel::kInfo, "too many connections from one address"},
    CloseCauseText{CloseCause::kTlsRefused, LogLevel::kInfo, "TLS handshake failed"},
    CloseCauseText{CloseCause::kUpgradeRefused, LogLevel::kInfo, "WebSocket request refused"},
    CloseCauseText{CloseCause::kWebSocketViolation, LogLevel::kInfo, "WebSocket rules broken"},
    CloseCauseText{CloseCause::kWebSocketClosed, LogLevel::kDebug, "WebSocket closed by the peer"},
    CloseCauseText{CloseCause::kCannotWatch, LogLevel::kWarning, "the system cannot watch one more socket"},
    CloseCauseText{CloseCause::kStopping, LogLevel::kDebug, "the broker stops"},
};

}  // namespace

const CloseCauseText& describe(CloseCause cause) {
    const auto& row = kCauses[static_cast<std::size_t>(cause)];
    DRAY_ASSERT(row.cause == cause);
    return row;
}

}  // namespace dray::net
