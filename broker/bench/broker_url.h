// Which broker: mqtt://HOST[:PORT], mqtts:// (TLS), ws:// or wss:// (WebSocket, path /mqtt unless another is
// given), with USER[:PASSWORD]@ before the host if it asks for one. An IPv6 address stands in brackets.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace dray::bench {

struct Broker {
    std::string url;  // as it was given, without the password
    std::string host;
    std::string path;  // of WebSocket
    std::string user;
    std::string password;
    bool tls = false;
    bool websocket = false;
    sockaddr_storage address{};
    socklen_t address_size = 0;
};

// Looks the name up. Throws Failure, which says what is wrong.
Broker parse_broker_url(std::string_view url);

}  // namespace dray::bench
