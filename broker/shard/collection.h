// A QoS 2 message from a session that is kept, to takers on several shards. Its packet id and the records of
// all takers have to become durable in one commit: with half of them a crash would either lose the message
// for some or, when the publisher sends it again, give it to others twice.
//
//     publisher's shard                                     a shard with takers
//         Collection  ---- Deliver (together) ------------->  puts the message into queues, where it may
//                     <--- Collected: the records -----------    not leave yet
//         one commit, then PUBREC
//                     ---- Committed ---------------------->  it may leave
//
// Collections are committed in the order of their messages, so that a crash never keeps the later of two and
// loses the earlier. QoS 1 needs none of this: what is sent again may arrive twice.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/ring.h"
#include "session/session.h"
#include "shard/shard_message.h"
#include "shard/tickets.h"

namespace dray::shard {

struct Collection {
    Ticket ticket = 0;  // waits for the other shards
    session::SessionNumber publisher = 0;
    mqtt::PacketId packet_id{};
    std::vector<Ticket> waiting;  // acknowledgements; one more for each time that the client asked again
    StoreBatch records;
    std::vector<Promised> promised;   // on this shard
    std::vector<ShardIndex> holders;  // other shards that have some
    // It is recorded as retained, in another commit: even without takers its packet id must be known after a
    // crash, or sent again it would replace a later one.
    bool is_retained = false;
    bool is_complete = false;
};

struct Collections {
    Ring<Collection> open;             // of publishers here, oldest first
    std::uint64_t committing = 0;      // complete, and not safe yet
    Collection* collecting = nullptr;  // where records go while a message is handed out
    std::map<std::pair<ShardIndex, Ticket>, std::vector<Promised>> promised;  // to other shards
};

struct Core;
struct Publisher;

// At the publisher's shard: to the takers in core.match. `waiting` is confirmed when all is safe.
void deliver_together(Core& core, const session::MessageRef& message, const Publisher& publisher,
                      Ticket waiting);
// ... of a message of the broker's own, with what is to be committed together with it.
void deliver_together(Core& core, const session::MessageRef& message, StoreBatch records);
void receive_collected(Core& core, ShardIndex from, const Collected& answer);
// The client has sent a message again whose collection is still open: one more waits for it.
void wait_for_collection(Core& core, session::SessionNumber publisher, mqtt::PacketId packet_id,
                         Ticket waiting);
void complete_collection(Core& core, Ticket ticket);
void collection_is_durable(Core& core, const CollectionDurable& done);

// At the takers' shards.
void collect_here(Core& core, ShardIndex from, const Deliver& deliver);
void receive_committed(Core& core, ShardIndex from, const Committed& committed);

}  // namespace dray::shard
