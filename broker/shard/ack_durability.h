// What an acknowledgement is worth, said to a 5.0 client whose CONNECT asks for it; all user properties:
//
//     CONNECT                                     ack-durability = 1
//     PUBACK, PUBREC, PUBCOMP, SUBACK, UNSUBACK   durability = fsync | os | memory,  position = 4711
//
// `durability` says how safe it is what had to be kept. `position` is how far the store's log is so: all that
// was acknowledged stands there or before. There is one log for all shards; its positions grow with each
// commit, over restarts too, and only begin anew with another store. With durability = memory there is none.
//
// User Properties of acknowledgements are problem information: a client that wants none of that gets none
// [MQTT-5.0 3.1.2-29], nor where they would exceed its Maximum Packet Size.
#pragma once

#include "mqtt/packet.h"

namespace dray::shard {

struct Core;

bool asks_for_durability(const mqtt::Connect& connect);
// Whether such a client is told with this packet.
bool tells_durability(const mqtt::Packet& packet);
void add_durability(const Core& core, mqtt::PropertyList& list);

}  // namespace dray::shard
