// From one accepted message to all that take it: here, and on other shards.
#pragma once

#include "session/message.h"
#include "shard/shard_message.h"
#include "shard/tickets.h"

namespace dray::shard {

struct Core;

struct Routed {
    bool has_takers = false;
    Ticket ticket = 0;            // what its acknowledgement must wait for; 0 = nothing ...
    StoreSequence waits_for = 0;  // ... but this commit; 0 = none
};

// Who publishes at QoS 2 from a session that is kept: its packet id has to be as safe as the message.
struct Publisher {
    session::Session& session;
    mqtt::PacketId packet_id{};
};

// Keeps the message if it is retained, and delivers it. `confirmed` is done when everything that acceptance
// promises is true, but for the commit; if it is already, the ticket is 0 and nothing was done.
Routed route(Core& core, const session::MessageRef& message, const AcknowledgePublish* confirmed,
             const Publisher* publisher = nullptr);

// Delivers to the takers of this shard. True if there were any.
bool deliver_here(Core& core, const session::MessageRef& message);
// ... to those in core.match.
void hand_out(Core& core, const session::MessageRef& message);

// At the topic's home: keeps or, with an empty payload, forgets [MQTT-3.1.1 3.3.1-5, 3.3.1-10].
void keep_retained(Core& core, const session::MessageRef& message);

// Tells the other shards which filters have (no more) takers here; `ticket`, if not 0, waits for them.
void announce(Core& core, const std::vector<std::string>& added, const std::vector<std::string>& removed,
              Ticket ticket);

}  // namespace dray::shard
