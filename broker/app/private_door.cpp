#include "app/private_door.h"

#include <memory>
#include <stdexcept>

#include "net/listen_socket.h"

namespace dray::app {

net::Address open_private_door(net::SocketTransport& transport, const std::string& user) {
    auto opened = net::open_private_socket();
    if (!opened) throw std::runtime_error(opened.error().what);
    auto options = std::make_shared<net::ListenerOptions>();
    options->own_user = user;
    options->address = user;
    transport.listen(std::move(opened->sockets.front()), options);
    return opened->address;
}

}  // namespace dray::app
