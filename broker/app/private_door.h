// How a part of this process comes in as a client: a private socket (net/listen_socket.h) at which it is the
// user that it says it is. Main thread, before the reactors run.
#pragma once

#include <string>

#include "net/socket_transport.h"

namespace dray::app {

// Where it is to connect to. Throws std::runtime_error.
net::Address open_private_door(net::SocketTransport& transport, const std::string& user);

}  // namespace dray::app
