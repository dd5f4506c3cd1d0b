// How fast a connected client may send: so many PUBLISH packets and so many bytes in a second
// (base/rate_limit.h). Whoever is faster is not read for a moment (Effects::Reading): what it sends waits in
// the sockets, and it is slowed down without losing anything, whatever its version and QoS.
//
//     within its rate      read
//     beyond               not read until it is within again; counted
//     beyond without a     closed: 5.0 is told 0x96, Message rate too high [MQTT-5.0 3.14.2.1]
//     pause for too long
//
// That a client who is not read says nothing does not count against its Keep Alive.
//
// Lives on the client's shard, if there is any such limit.
#pragma once

#include "base/instant.h"
#include "base/rate_limit.h"
#include "shard/limits.h"

namespace dray::shard {

struct Core;
struct Link;

struct Pace {
    explicit Pace(const Limits& limits)
        : messages(limits.client_messages_per_s_max), bytes(limits.client_bytes_per_s_max) {}

    RateLimit messages;
    RateLimit bytes;
    bool is_held = false;  // not read
    Instant held_until;    // or was, last
    Instant beyond_since;  // without a pause
};

// For a client that has just connected.
void set_pace(const Core& core, Link& link);
// Before its next packet: whether that may be read now. If not, all is arranged: it will be read later, or
// the link is closed.
bool may_go_on(Core& core, Link& link);
// It is time to read it again.
void go_on(Core& core, Link& link);

}  // namespace dray::shard
