// The records of queues, at their home. Without a store that keeps records only memory changes.
//
//     kQueues          name                            number, options
//     kQueueEntries    number                          totals: written once in each turn that changed them
//                      number, position, 0             what is left of the page that begins there
//                      number, position, 1             a page: messages (queue_pages.h)
//                      number, position, 2             how often a message came back, and until when it waits
//
// After a restart a queue knows its totals; its messages are read when it is used, a window at a time.
#pragma once

#include <optional>
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
// What the turn has changed: pages and totals.
void keep_changes(Core& core, Queue& queue);

// Adds it to the queue and records it.
void keep_queued(Core& core, Queue& queue, QueueMessages::Message message);
void keep_deliveries(Core& core, const Queue& queue, QueueMessages::Position position);
void forget_queued(Core& core, Queue& queue, QueueMessages::Position position,
                   const QueueMessages::Message& message);
// That became part of somebody else's commit, and is gone.
void forget_promised_queued(Core& core, std::uint64_t number, QueueMessages::Position position);

// Reads on, if the window has room.
void load_window(Core& core, Queue& queue);
// When the oldest came that it holds; nothing if it is empty.
std::optional<Instant> oldest_arrival(Core& core, Queue& queue);
// The next after that position, in order, whether they are loaded or not.
std::vector<QueuedMessage> peek_queue(const Core& core, const Queue& queue, QueueMessages::Position after,
                                      std::size_t messages_max);
// Throws away all but what is with consumers, or leaves for a dead-letter queue. Returns how many messages.
std::uint64_t purge(Core& core, Queue& queue);

}  // namespace dray::shard
