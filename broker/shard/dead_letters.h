// Dead letters: messages that a queue could not bring to a consumer's end, moved to its dead-letter queue, an
// ordinary queue that may be consumed, looked into, purged and redriven. It is made when it is needed.
//
//     dead-letter-reason       expired | max-deliveries | overflow | undeliverable
//     dead-letter-queue        where it was
//     dead-letter-topic        what it was published to (its topic is the same)
//     dead-letter-deliveries   how often it came back
//     dead-letter-time         since when it is dead, ISO 8601
//
// are user properties of it, behind its own. It does not expire any more. Redriving takes them off again and
// puts the message back into the queue that it comes from.
//
//     source's home                                target's home
//         kLeaving  ---- QueueMove ---------------->   its record
//                   <--- Confirm, when that is safe --
//         record erased                                so a crash may leave both, and never none
//
// On one shard both are one commit.
#pragma once

#include <cstdint>

#include "session/message.h"
#include "shard/link_id.h"
#include "shard/queue_messages.h"
#include "shard/shard_message.h"

namespace dray::shard {

struct Core;
struct MoveDone;
struct Queue;

enum class DeadReason : std::uint8_t { kExpired, kMaxDeliveries, kOverflow, kUndeliverable };

// False, and nothing is done, if it has no dead-letter queue, or a dead letter is one too many in it.
bool bury(Core& core, Queue& queue, QueueMessages::Position position, DeadReason reason);

// Of a dead-letter queue: moves up to so many of its messages back, from the oldest that redriving has not
// looked at yet.
struct Redrive {
    QueueMessages::Position looked_at = 0;
    QueueMessages::Position until = 0;  // what came later stays; 0 = none is under way
    std::uint64_t left = 0;             // messages
    std::uint32_t rate_per_s = 0;       // 0 = as fast as it goes
    Instant began_at;
    std::uint64_t moved = 0;

    bool is_running() const { return until != 0; }
};
void start_redrive(const Core& core, Queue& queue, std::uint32_t rate_per_s, std::uint64_t messages_max);
// Moves what is due. Returns when to go on; kNever: it has ended, or goes on when what is under way is safe.
Instant go_on_redriving(Core& core, Queue& queue);

void receive_move(Core& core, ShardIndex from, const QueueMove& move);
// The target has it.
void move_is_done(Core& core, const MoveDone& done);

session::MessageRef without_dead_letter_properties(const session::Message& message);

}  // namespace dray::shard
