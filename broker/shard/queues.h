// Queues at their home: one shard for each, by its name. There a queue stands in the subscription tree as a
// group of each of its filters, so every message that matches comes here once, whether or not a consumer is
// there; and here is decided who consumes it.
//
//     arrival -> [record] -> ready -> out -> consumed: record erased
//                              ^       |
//                              |       +-> refused: once more, after a delay       deliveries + 1
//                              +-------+-> its consumer has left: at once          deliveries + 1, if sent
//                              |       |
//                              +-------+-> expired, too many deliveries, undeliverable: dead_letters.h
//                              |
//                              +-> there are too many: queue_overflow.h
//
// Nothing is given out in the midst of a turn, but at its end (finish_turn), for all that happened in it.
//
// A queue's messages are in the books of its home, but for those with a consumer, which are in its session's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "session/message.h"
#include "shard/books.h"
#include "shard/dead_letters.h"
#include "shard/link_id.h"
#include "shard/queue_alerts.h"
#include "shard/queue_messages.h"
#include "shard/queue_options.h"
#include "shard/queue_pages.h"
#include "shard/shard_message.h"
#include "topics/shared_group.h"

namespace dray::shard {

using QueueNumber = std::uint64_t;  // never given twice, and the beginning of its records' keys

struct Queue {
    Queue(QueueNumber its_number, QueueOptions its_options)
        : number(its_number),
          options(std::move(its_options)),
          messages(OrderKey::parse(options.key).value_or(OrderKey()), options.ttl_ms) {}

    QueueNumber number;
    QueueOptions options;
    QueueMessages messages;
    QueuePages pages;                   // that they stand in on disk
    topics::SharedGroup consumers;      // those that are connected, in the order in which they came
    session::SessionNumber active = 0;  // of an exclusive one: who has what is out; 0 = has left
    std::uint64_t publish_stamp = 0;    // of the publish that it has taken last
    bool is_touched = false;            // something happened in this turn
    bool is_changed = false;            // ... to its totals
    bool is_full = false;               // publishers wait for it, or are refused
    Instant timer_at = kNever;          // the soonest that is set
    QueueCounters counters;
    Redrive redrive;  // of a dead-letter queue
    QueueAlert alert;
    // What of its messages the books of this shard hold: all but those with a consumer, and those that were
    // not read since the start.
    struct {
        std::map<session::RootIndex, std::uint64_t> held;
        QueueMessages::Position uncounted_up_to = 0;
    } books;
};

struct Queues {
    std::map<std::string, std::unique_ptr<Queue>, std::less<>> by_name;
    std::unordered_map<QueueNumber, Queue*> by_number;
    std::unordered_map<topics::GroupId, Queue*> by_group;
    std::vector<QueueNumber> touched;

    Queue* find(std::string_view name) const {
        const auto found = by_name.find(name);
        return found == by_name.end() ? nullptr : found->second.get();
    }
    Queue* find_group(topics::GroupId group) const {
        if (by_group.empty()) return nullptr;
        const auto found = by_group.find(group);
        return found == by_group.end() ? nullptr : found->second;
    }
    Queue* find_number(QueueNumber number) const {
        const auto found = by_number.find(number);
        return found == by_number.end() ? nullptr : found->second;
    }
};

struct Core;

Queue& add_queue(Core& core, QueueNumber number, QueueOptions options);
// Makes it, or changes the options of one that is there. The ticket, if not 0, waits until all shards know
// the way here.
Queue& declare_queue(Core& core, const QueueOptions& options, Ticket ticket);
void delete_queue(Core& core, Queue& queue);

// At its end, above whatever limit it has.
void enqueue(Core& core, Queue& queue, const session::MessageRef& message);
// With its record. Out of the books it is by let_go().
void erase_queued(Core& core, Queue& queue, QueueMessages::Position position);
void discard_queued(Core& core, Queue& queue, QueueMessages::Position position, Discard reason);
// One of its filters has matched.
void attract(Core& core, Queue& queue, const session::MessageRef& message);
// A message that came by a collection is safe.
void keep_queue_promise(Core& core, QueueNumber number, QueueMessages::Position position);

void receive_at_home(Core& core, ShardIndex from, const QueueLookup& lookup);
void receive_at_home(Core& core, ShardIndex from, const QueueJoin& join);
void receive_at_home(Core& core, ShardIndex from, const QueueLeave& leave);
void receive_at_home(Core& core, ShardIndex from, const QueueSettle& settled);
// A consumer can take (more) messages.
void consumer_is_able(Core& core, session::SessionNumber consumer);

void on_queue_timer(Core& core, QueueNumber number);

// The books' side: the queue holds a message (again), or lets go of it, to the place that the caller says.
void hold(Core& core, Queue& queue, const QueueMessages::Message& message);
Books& let_go(Core& core, Queue& queue, const QueueMessages::Message& message);
// ... of everything, for good.
void discard_all(Core& core, Queue& queue);
// ... of what should be among the loaded, which are all, and is not: it was damaged.
void discard_missing(Core& core, Queue& queue);

// Something happened to this queue: it is looked at when the turn ends.
void touch(Core& core, Queue& queue);
// Gives out what can be given out, and writes down what has changed.
void finish_turn(Core& core);

}  // namespace dray::shard
