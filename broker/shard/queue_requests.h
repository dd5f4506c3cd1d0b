// What is asked about queues from outside of all shards (admin/), and the answers. A question about one queue
// goes to its home shard; to list them all, every shard is asked for its own.
//
// Values that cross threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "session/message.h"
#include "shard/link_id.h"
#include "shard/queue_options.h"

namespace dray::shard {

ShardIndex home_of_queue(std::string_view name, ShardIndex shards);

struct ListQueues {
    std::string name;  // "" = all that live on this shard
};
// Or changes the options of one that exists; what it holds stays.
struct CreateQueue {
    QueueOptions options;
};
// With all that it holds. Not while it has consumers.
struct DeleteQueue {
    std::string name;
};
struct PeekQueue {
    std::string name;
    std::uint64_t after = 0;  // a QueuedMessage::position; 0 = from the oldest
    std::uint32_t messages_max = 10;
};
// What is with a consumer stays.
struct PurgeQueue {
    std::string name;
};
// Of a dead-letter queue: its messages go back to the queues they come from. Answered when it has begun;
// another one replaces it.
struct RedriveQueue {
    std::string name;
    std::uint32_t rate_per_s = 0;    // 0 = as fast as it goes
    std::uint64_t messages_max = 0;  // how many; 0 = all that are there now
    bool stop = false;               // ends the one that is under way, and that is all
};
using QueueAction = std::variant<ListQueues, CreateQueue, DeleteQueue, PeekQueue, PurgeQueue, RedriveQueue>;

struct QueueRequest {
    std::uint64_t ticket = 0;  // comes back with the answer
    QueueAction action;
};

// Since the start of the process.
struct QueueCounters {
    std::uint64_t arrived = 0;
    std::uint64_t consumed = 0;
    std::uint64_t redelivered = 0;
    std::uint64_t expired = 0;
    std::uint64_t dead_lettered = 0;
    std::uint64_t discarded = 0;
};

// One queue as it stands.
struct QueueInfo : QueueCounters {
    QueueOptions options;
    std::uint64_t messages = 0;        // all that it holds
    std::uint64_t bytes = 0;           // ... with topics and properties
    std::uint64_t unacknowledged = 0;  // of those, with a consumer
    std::uint64_t delayed = 0;         // ... and waiting for their next try
    std::uint64_t oldest_age_ms = 0;
    std::uint64_t consumers = 0;
    bool is_full = false;  // publishers are refused or held back
    bool is_alerting = false;
    bool is_redriving = false;
};

struct QueuedMessage {
    std::uint64_t position = 0;
    Instant arrived_at;
    std::uint32_t deliveries = 0;
    bool is_unacknowledged = false;  // with a consumer now
    session::MessageRef message;     // with the properties of a dead letter, if it is one
};

enum class QueueError : std::uint8_t {
    kNone,
    kUnknown,  // there is no such queue
    kInvalid,  // the options are not
    kInUse,    // it has consumers
};

struct QueueReply {
    std::uint64_t ticket = 0;
    QueueError error = QueueError::kNone;
    std::string what;                     // the error in words
    std::vector<QueueInfo> queues;        // to ListQueues and CreateQueue
    std::vector<QueuedMessage> messages;  // to PeekQueue
    std::uint64_t count = 0;              // of messages, to DeleteQueue, PurgeQueue and RedriveQueue
};

struct Core;

// At the shard that is asked; `from` gets the answer.
void serve_queue_request(Core& core, ShardIndex from, const QueueRequest& request);

}  // namespace dray::shard
