// The last step of a message: into one session's window, queue or, at QoS 0, straight into its outbox.
#pragma once

#include "session/session.h"
#include "shard/links.h"
#include "shard/statistics.h"
#include "shard/tickets.h"

namespace dray::shard {

struct Core;

// Counts the message as matched, and sees to it that it ends in one of the books' places.
void deliver(Core& core, session::Session& session, session::Held held);

// Sends what waits, as far as window and outbox have room.
void pump(Core& core, session::Session& session);

// A held message that reaches nobody any more.
void discard_held(Core& core, Discard reason);

// The outbox of this link has something to send.
void mark_for_flush(Core& core, Link& link);

void send(Core& core, Link& link, const mqtt::Packet& packet);
void send_short(Core& core, Link& link, mqtt::PacketType type, mqtt::PacketId packet_id,
                mqtt::ReasonCode reason);
inline void send_short(Core& core, Link& link, const SendShort& packet) {
    send_short(core, link, packet.type, packet.packet_id, packet.reason);
}

}  // namespace dray::shard
