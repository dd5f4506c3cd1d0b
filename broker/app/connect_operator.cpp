#include "app/connect_operator.h"

#include <sys/socket.h>

#include <array>
#include <memory>

#include "net/connection.h"
#include "shard/access.h"

namespace dray::app {

reactor::FileDescriptor connect_operator(reactor::Mailroom& mailroom) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) return {};
    shard::LinkOptions options;
    options.peer = shard::kOperatorPeer;
    // Any shard will do: the one that it belongs to gets it when CONNECT has said who it is.
    mailroom.send(shard::kOutside, 0,
                  std::make_unique<net::Connection>(reactor::FileDescriptor(ends[0]), std::move(options),
                                                    net::Connection::Layers{}));
    mailroom.deliver(shard::kOutside);
    return reactor::FileDescriptor(ends[1]);
}

}  // namespace dray::app
