// What a queue does when it holds as much as it may: messages_max and bytes_max, of those that wait. What
// consumers have, as much as their windows allow, does not count.
//
//     drop-oldest    the oldest that waits is discarded
//     dead-letter    ... or goes to the dead-letter queue; if it is a dead letter already, it is discarded
//     reject         publishers are refused, or wait, before anything is handed out: the home tells every
//                    shard which filters are those of full queues, and each closes its gate for what matches
//                    them (parking.h). There is room again when it is down to 7/8.
//
// Above the limit of one that rejects comes what was under way when it became full, and what has no publisher
// that could wait: dead letters and redriven messages, delayed ones, wills. QoS 0, which nobody answers, is
// discarded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shard/shard_message.h"
#include "topics/subscription_tree.h"

namespace dray::shard {

struct Core;
struct Queue;

// --- at the queue's home ---
// All but those that consumers have, or that are on their way to a dead-letter queue.
std::uint64_t waiting_messages(const Queue& queue);
// Whether it cannot hold one more message.
bool is_at_limit(const Queue& queue);
// What is too much goes. True if there is more of it than can be looked at in one turn.
bool make_room(Core& core, Queue& queue);
// Whether publishers have to wait for it has perhaps changed.
void look_at_fullness(Core& core, Queue& queue);
// It changes or is deleted: nobody waits for it as it was.
void open_gate(Core& core, Queue& queue);

// --- at every shard: the filters of queues that are full, hardly ever any ---
class FullQueues {
  public:
    explicit FullQueues(std::uint64_t hash_seed) : filters_(hash_seed) {}
    bool is_empty() const { return queues_.empty(); }
    void set(const QueueFull& full);
    // `scratch` is overwritten.
    bool take(std::string_view topic, topics::MatchResult& scratch) const;

  private:
    struct Full {
        topics::SessionIndex index = 0;  // as the tree knows it
        std::vector<std::string> filters;
    };
    topics::SubscriptionTree filters_;
    std::unordered_map<std::string, Full> queues_;
    topics::SessionIndex last_index_ = 0;
};
void receive_fullness(Core& core, const QueueFull& full);

}  // namespace dray::shard
