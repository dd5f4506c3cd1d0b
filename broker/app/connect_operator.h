// A client without a network: one end of a pair of sockets becomes a connection like any other, the other end
// is whoever asked for it. Of operators, so no rules hold for it. The admin thread only, which sends mail as
// shard::kOutside.
#pragma once

#include "reactor/file_descriptor.h"
#include "reactor/mailroom.h"

namespace dray::app {

// Not open if the system has no more sockets.
reactor::FileDescriptor connect_operator(reactor::Mailroom& mailroom);

}  // namespace dray::app
