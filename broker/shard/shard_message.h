// What shards say to each other. Each is a value that owns what it carries, so that it can cross a thread by
// a ring; messages from one shard to another arrive in order, between different pairs there is no order.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "mqtt/packet.h"
#include "session/message.h"
#include "shard/boxed.h"
#include "shard/link_id.h"
#include "shard/outcome.h"
#include "shard/queue_requests.h"
#include "shard/session_requests.h"
#include "shard/statistics.h"
#include "shard/store_batch.h"
#include "shard/stream_filter.h"
#include "shard/stream_requests.h"
#include "shard/topic_counts.h"
#include "shard/traces.h"

namespace dray::shard {

// Names an operation of the sender that waits for answers. 0 = no answer wanted.
using Ticket = std::uint64_t;

// "Deliver to your subscribers that match."
struct Deliver {
    session::MessageRef message;
    Ticket ticket = 0;
    bool together = false;  // answered by Collected: the sender commits the records (shard/collection.h)
};
struct Collected {
    Ticket ticket = 0;
    StoreBatch records;
};
struct Committed {
    Ticket ticket = 0;
};

// "Keep (or, with an empty payload, forget) as the retained message of its topic": to the topic's home shard.
struct Retain {
    session::MessageRef message;
    Ticket ticket = 0;
};

// "I have (no more) subscribers to these filters." Asks to be confirmed before SUBACK and UNSUBACK.
struct Routes {
    std::vector<std::string> added;
    std::vector<std::string> removed;
    Ticket ticket = 0;
};

// "Done", with these.
struct Confirm {
    std::vector<Ticket> tickets;
};

// "Which retained messages match?" Answered by RetainedBatch until `done`; each but the last is continued
// when asked.
struct RetainedQuery {
    std::string filter;
    Ticket ticket = 0;
};
struct RetainedContinue {
    Ticket ticket = 0;
};
struct RetainedCancel {
    Ticket ticket = 0;
};
struct RetainedBatch {
    Ticket ticket = 0;
    std::vector<session::MessageRef> messages;
    bool done = false;
};

// How busy a member is, by its own shard: messages that it has not acknowledged, how many more it has room
// for, and how many it has ever received from groups of the home that is told. What the home gave since is on
// its way.
struct MemberLoad {
    std::uint64_t unacknowledged = 0;
    std::uint64_t room = 0;
    std::uint64_t received = 0;
};

// A member of a shared subscription as its group's home shard knows it: session numbers are unique for ever.
struct GroupJoin {
    std::string group;
    std::string filter;
    std::uint64_t session = 0;
    mqtt::SubscriptionOptions options;
    std::uint32_t subscription_id = 0;
    bool able = false;  // online and with room in its window
    MemberLoad load;
    Ticket ticket = 0;
};
struct GroupLeave {
    std::string group;
    std::string filter;
    std::uint64_t session = 0;
    Ticket ticket = 0;
};
// "I can (no longer) take messages of my shared subscriptions."
struct MemberAble {
    std::uint64_t session = 0;
    bool able = false;
    MemberLoad load;
};
// "This one is yours."
struct GroupDeliver {
    std::string group;
    std::string filter;
    std::uint64_t session = 0;
    session::MessageRef message;
    mqtt::SubscriptionOptions options;
    std::uint32_t subscription_id = 0;
};
// "I could not deliver these; give them to others", in their order.
struct GroupReturn {
    std::string group;
    std::string filter;
    std::vector<session::MessageRef> messages;
};

// "This stream is there (or no more)", from its home to all, so that each can answer a SUBSCRIBE.
struct StreamKnown {
    std::string stream;
    bool exists = true;
    Ticket ticket = 0;
};
// A reader, from its client's shard to the stream's home; it is answered by a StreamBatch without messages,
// which says where it begins.
struct StreamOpen {
    Ticket reader = 0;
    std::string stream;
    std::string filter;  // of topics; empty: all
    StreamStart start;
    std::uint64_t number = 0;  // of the stream that it has read before, and ...
    std::uint64_t next = 0;    // ... the offset where it goes on; 0 = it begins
    std::string client_id;
};
// "I can take so many, from there on."
struct StreamPull {
    Ticket reader = 0;
    std::uint64_t offset = 0;
    std::uint32_t messages_max = 0;
};
struct StreamClose {
    Ticket reader = 0;
};
struct StreamBatch {
    struct Record {
        std::uint64_t offset = 0;
        session::MessageRef message;  // with its offset and time
    };
    Ticket reader = 0;
    std::uint64_t number = 0;  // of the stream; 0 = there is none (any more)
    std::vector<Record> records;
    std::uint64_t next = 0;  // the offset to go on with
};

// "Is there such a queue?" Before SUBACK; answered by Confirm or QueueUnknown.
struct QueueLookup {
    std::string queue;
    std::uint64_t session = 0;
    Ticket ticket = 0;
    std::uint16_t request = 0;  // which of the SUBSCRIBE
};
// A session that consumes a queue, and is connected: to the queue's home.
struct QueueJoin {
    std::string queue;
    std::uint64_t session = 0;
    mqtt::SubscriptionOptions options;
    std::uint32_t subscription_id = 0;
    std::uint32_t stay = 0;
    bool able = false;
    MemberLoad load;
};
struct QueueLeave {
    std::string queue;
    std::uint64_t session = 0;
    Ticket ticket = 0;
};
// "There is no such queue."
struct QueueUnknown {
    std::string queue;
    std::uint64_t session = 0;
    Ticket ticket = 0;  // of QueueLookup
    std::uint16_t request = 0;
};
// "These are yours", in their order. Each is answered by one outcome.
struct QueueDeliver {
    struct Each {
        std::uint64_t position = 0;
        session::MessageRef message;
    };
    std::string queue;
    std::uint64_t session = 0;
    mqtt::SubscriptionOptions options;
    std::uint32_t subscription_id = 0;
    std::uint32_t stay = 0;
    std::vector<Each> messages;
};
// "This one is yours now", from one queue's home to another's. Confirmed when it is safe there.
struct QueueMove {
    std::string queue;
    session::MessageRef message;
    Ticket ticket = 0;
};
// "This queue is full: for these filters nothing is taken from publishers." No filters: it has room again.
struct QueueFull {
    std::string queue;
    std::vector<std::string> filters;
};
struct QueueSettle {
    struct Each {
        std::uint64_t position = 0;
        Outcome outcome{};
    };
    std::string queue;
    std::vector<Each> messages;
    Ticket ticket = 0;  // confirmed when what was consumed is safely gone
};

// What shard 0 adds up for $SYS.
struct Report {
    Statistics statistics;
};

// "What have you counted?" Asked from outside.
struct StatisticsRequest {
    Ticket ticket = 0;
};
struct StatisticsReply {
    Ticket ticket = 0;
    Statistics statistics;
};

// "Somebody here (nobody any more) watches this": to the outside, unasked (watches.h).
struct WatchNews {
    std::string topic;
    bool is_watched = true;
};

// One of them. Most are Deliver, thousands of them in a turn: the large ones stand elsewhere.
template <typename Kind>
using Enclosed = std::conditional_t<sizeof(Kind) <= sizeof(Collected), Kind, Boxed<Kind>>;
template <typename... Kinds>
using OneOf = std::variant<Enclosed<Kinds>...>;

using ShardMessage =
    OneOf<Deliver, Collected, Committed, Retain, Routes, Confirm, RetainedQuery, RetainedContinue,
          RetainedCancel, RetainedBatch, GroupJoin, GroupLeave, MemberAble, GroupDeliver, GroupReturn,
          QueueLookup, QueueJoin, QueueLeave, QueueUnknown, QueueDeliver, QueueSettle, QueueMove, QueueFull,
          QueueRequest, QueueReply, StreamKnown, StreamOpen, StreamPull, StreamClose, StreamBatch,
          StreamRequest, StreamReply, Report, StatisticsRequest, StatisticsReply, SessionRequest,
          SessionReply, TopicsRequest, TopicsReply, TraceRequest, TraceReply, TraceEnd, TraceFollow,
          WatchNews>;

// nullptr where it is another kind.
template <typename Kind>
Kind* get_if(ShardMessage& message) {
    auto* const enclosed = std::get_if<Enclosed<Kind>>(&message);
    if constexpr (std::is_same_v<Enclosed<Kind>, Kind>) {
        return enclosed;
    } else {
        return enclosed == nullptr ? nullptr : &**enclosed;
    }
}

}  // namespace dray::shard
