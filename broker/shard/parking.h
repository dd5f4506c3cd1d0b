// The gate in front of everything that clients publish at QoS 1 and 2. It is closed for what a full queue
// takes in (queue_overflow.h), and for all while the broker holds as much as it may (pressure.h).
//
//     5.0           is refused with 0x97
//     3.1, 3.1.1    cannot be refused: the message is parked. Its acknowledgement, and those behind it, wait
//                   until the gate has opened and it has gone to its takers
//
// So a message goes to all its takers or, for now, to none. A connection's parked messages end with it: they
// were not acknowledged, and the client publishes them again. They have limits of their own; a client that
// goes beyond them is closed. Delayed messages are not parked: `limits.delayed_bytes_max` bounds them.
//
// Lives on the publisher's shard.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "mqtt/packet.h"
#include "session/message.h"
#include "shard/link_id.h"

namespace dray::shard {

struct Core;
struct Link;

struct Parked {
    std::uint64_t due = 0;  // which of the link's due acknowledgements is its own
    mqtt::PacketId packet_id{};
    session::MessageRef message;
};

// The messages themselves are with their links.
struct Parking {
    std::map<std::uint64_t, LinkId> links;  // that have some; who came first goes on first
    std::uint64_t last = 0;                 // key in `links`
    std::uint64_t messages = 0;             // of all links
    std::uint64_t bytes = 0;
    // Queues, and "" for the ceilings, for which the gate has opened since all was looked at. Whatever is
    // parked is held up by another one.
    std::set<std::string, std::less<>> opened;
};

// Why a message to that topic may not be taken now; nullptr = it may.
const char* why_gate_is_closed(Core& core, std::string_view topic);

// False if that is beyond a limit.
bool park(Core& core, Link& link, Parked parked);
// PUBLISH came again before it was acknowledged.
bool is_parked(const Link& link, mqtt::PacketId packet_id);
// The connection ends.
void forget_parked(Core& core, Link& link);

// The gate for that queue, or "", has opened or closed.
void gate_has_changed(Core& core, std::string_view queue, bool is_open);
// At the end of the turn at the latest: what may go on goes on, each link's in order.
void release_parked(Core& core);

}  // namespace dray::shard
