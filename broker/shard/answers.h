// What a client is sent besides messages: acknowledgements, refusals and their reasons in words.
//
// A 5.0 client gets a Reason String where it helps a person, unless it asked for none (Request Problem
// Information 0 leaves it to CONNACK and DISCONNECT) or it would make the packet larger than the client takes
// [MQTT-5.0 3.1.2-29, 3.2.2-19, 3.4.2-2, 3.5.2-2, 3.9.2-1, 3.11.2-1, 3.14.2-3, 3.15.2-2]. The same goes for
// what acknowledgements say of durability (ack_durability.h).
#pragma once

#include "shard/links.h"
#include "shard/tickets.h"

namespace dray::shard {

struct Core;

// The outbox of this link has something to send.
void mark_for_flush(Core& core, Link& link);

// A packet that is larger than the client takes is not sent [MQTT-5.0 3.1.2-24]: as the client waits for it
// in vain, its link is closed. So the caller looks at the link's phase before it goes on with the session.
void send(Core& core, Link& link, const mqtt::Packet& packet);
// With `why` as Reason String, "" = none, and what else the client wants to know.
void send(Core& core, Link& link, const mqtt::Packet& packet, const char* why);

// PUBACK, PUBREC, PUBREL, PUBCOMP.
void send_short(Core& core, Link& link, mqtt::PacketType type, mqtt::PacketId packet_id,
                mqtt::ReasonCode reason, const char* why = "");
inline void send_short(Core& core, Link& link, const SendShort& packet) {
    send_short(core, link, packet.type, packet.packet_id, packet.reason);
}

}  // namespace dray::shard
