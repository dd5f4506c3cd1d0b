// What the connections of one listener have in common. Shared by the listeners of all reactors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "net/client_identity.h"
#include "net/connection_rates.h"
#include "net/seats.h"
#include "net/tls_context.h"
#include "net/ws_stream.h"

namespace dray::net {

enum class ListenerKind : std::uint8_t { kMqtt, kWebSocket, kMqtts, kWss };

constexpr bool is_websocket(ListenerKind kind) {
    return kind == ListenerKind::kWebSocket || kind == ListenerKind::kWss;
}
constexpr bool is_tls(ListenerKind kind) {
    return kind == ListenerKind::kMqtts || kind == ListenerKind::kWss;
}

struct ListenerOptions {
    ListenerKind kind = ListenerKind::kMqtt;
    std::string address;  // for the log
    bool allow_anonymous = false;
    WsStream::Limits websocket;
    std::uint32_t packet_bytes_max = 0;           // stricter than the shard's; 0 = that
    std::shared_ptr<Seats> seats;                 // none: no limit
    std::shared_ptr<ListenerRate> rate;           // none: no limit
    std::shared_ptr<AddressRates> address_rates;  // of all listeners; none: no limit

    // Whether one more from there is welcome.
    bool takes_from(std::uint64_t origin, Instant now) const {
        return !address_rates || address_rates->take(origin, now);
    }

    // Of a private socket (listen_socket.h): the user that its clients are, who prove it by being of this
    // process.
    std::string own_user;

    std::shared_ptr<TlsServer> tls;  // of kMqtts and kWss
    bool proxy_protocol = false;     // every connection begins with a PROXY header of version 2
    // Of the TLS handshake here; without TLS, of the one that the PROXY header tells of.
    ClientCertificate client_certificate = ClientCertificate::kNone;
    ClientIdentity client_identity = ClientIdentity::kNone;
};

}  // namespace dray::net
