// The records of queues, at their home. Without a store that keeps records only memory changes.
//
//     kQueues          name                            number, options
//     kQueueEntries    number                          totals: written once in each turn that changed them
//                      number, position                a message
//                      number, position, 1             how often it came back, and until when it waits
//
// After a restart a queue knows its totals; its messages are read when it is used, a window at a time.
#pragma once

#include <vector>

#include "shard/queue_messages.h"
#include "shard/queue_requests.h"

namespace dray::shard {

struct Core;
struct Queue;

// The queues whose home is this shard.
void recover_queues(Core& core);

void keep_queue(Core& core, const Queue& queue);
void forget_queue(Core& core, const Queue& queue);  // with all it holds
void keep_totals(Core& core, const Queue& queue);

// Adds it to the queue and records it.
void keep_queued(Core& core, Queue& queue, QueueMessages::Message message);
void keep_deliveries(Core& core, const Queue& queue, QueueMessages::Position position);
void forget_queued(Core& core, const Queue& queue, QueueMessages::Position position,
                   const QueueMessages::Message& message);
void forget_queued(Core& core, std::uint64_t number, QueueMessages::Position position);

// Reads on, if the window has room.
void load_window(Core& core, Queue& queue);
// The next after that position, in order, whether they are loaded or not.
std::vector<QueuedMessage> peek_queue(const Core& core, const Queue& queue, QueueMessages::Position after,
                                      std::size_t messages_max);
// Throws away all but what is with consumers, or leaves for a dead-letter queue. Returns how many messages.
std::uint64_t purge(Core& core, Queue& queue);

}  // namespace dray::shard
