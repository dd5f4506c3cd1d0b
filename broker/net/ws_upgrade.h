// The HTTP request that turns a connection into a WebSocket: RFC 6455 section 4.2, MQTT 3.1.1 and 5.0
// chapter 6. Sans-I/O: bytes in, the response out.
//
//     GET /mqtt HTTP/1.1                           HTTP/1.1 101 Switching Protocols
//     Upgrade: websocket                    ->     Sec-WebSocket-Accept: …
//     Sec-WebSocket-Protocol: mqtt                 Sec-WebSocket-Protocol: mqtt
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/byte_view.h"

namespace dray::net {

struct UpgradeReply {
    enum class Status : std::uint8_t { kNeedMore, kAccepted, kRefused };
    Status status = Status::kNeedMore;
    std::size_t consumed = 0;  // when accepted: bytes of the request; what follows are frames
    std::string response;      // to be sent; then, if refused, the connection is closed
    std::string why;           // when refused: for the log
    bool is_of_foreign_page =
        false;  // when accepted: a web page that this machine does not serve asked for it
};

// `input` is all that has arrived so far. A request header over `header_bytes_max` is refused with 431. Paths
// are `/mqtt` and `/`. A client that offers subprotocols must offer `mqtt` or `mqttv3.1`
// [MQTT-5.0 6.0.0-3, 6.0.0-4]; one that offers none is served without.
UpgradeReply read_upgrade(ByteView input, std::size_t header_bytes_max);

// The proof that the server read the key: RFC 6455 section 4.2.2, item 5.4.
std::string websocket_accept(std::string_view key);

}  // namespace dray::net
