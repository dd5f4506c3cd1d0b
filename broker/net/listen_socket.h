// Listening sockets: one per reactor on the same address, between which the kernel spreads the connections
// (SO_REUSEPORT), so that no thread hands sockets to another.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/address.h"
#include "reactor/file_descriptor.h"

namespace dray::net {

struct ListenSockets {
    Address address;  // as bound: with the port that the system chose
    std::vector<reactor::FileDescriptor> sockets;
};

// The first bind is exclusive: a port that another process listens on is an error, even if that process
// shares it. The error tells what failed and why.
Result<ListenSockets, Failure> open_listen_sockets(const Address& address, std::size_t count);

}  // namespace dray::net
