// Retained messages on their way to a new subscription, MQTT 3.1.1 section 3.3.1.3 and 5.0 section 3.3.1.3.
//
// A topic's retained message lives on the shard that its name hashes to. So a subscription asks every shard
// (a filter without wildcards: one), and each answers in small batches. Of a batch the session gets as much
// as its outbox has room for, the rest when the client has taken that, and then the next batch is asked for.
// However many topics match, no one else waits, nothing piles up and nothing is discarded for want of room.
//
//     subscriber's shard                            shard with retained messages
//         Replay   ---- RetainedQuery ------------->  RetainedServing (a cursor)
//                  <--- RetainedBatch --------------
//                  ---- RetainedContinue ---------->   ... until done
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/ring.h"
#include "session/session.h"
#include "shard/link_id.h"
#include "shard/shard_message.h"
#include "shard/tickets.h"
#include "topics/retained_tree.h"

namespace dray::shard {

inline constexpr std::size_t kReplayBatchMessages = 64;

// At the subscriber's shard.
struct Replay {
    session::SessionNumber session = 0;
    GrantSubscriptions::Replayed subscription;
    Ring<session::MessageRef> waiting;   // have come, and the client has no room for them yet
    std::vector<ShardIndex> wants_more;  // shards that wait to be told to go on
    std::uint32_t sources_left = 0;
    // Topics whose retained message changed while the replay runs: their new message has come live already,
    // and the one on its way here may be older.
    std::unordered_set<std::string> superseded;
};

// At the shard that holds retained messages.
struct RetainedServing {
    ShardIndex to = 0;
    Ticket ticket = 0;
    topics::RetainedTree<session::MessageRef>::Walk walk;
};

struct Replays {
    std::unordered_map<Ticket, Replay> running;
    // Of `running`: a session's own, so that thousands of others cost it nothing.
    std::unordered_map<session::SessionNumber, std::vector<Ticket>> of_session;
    Ticket last = 0;
    std::vector<Ticket> ready;                                   // may go on at the next tick
    std::unordered_map<std::uint64_t, RetainedServing> serving;  // by shard and ticket: serving_key()

    static std::uint64_t serving_key(ShardIndex shard, Ticket ticket) { return ticket << 8 | shard; }
};

struct Core;

void start_replay(Core& core, session::Session& session, GrantSubscriptions::Replayed subscription);
// The session may be able to take more.
void continue_replays(Core& core, session::Session& session);
void run_ready_replays(Core& core);
// The subscription is gone.
void cancel_replays(Core& core, session::Session& session, std::string_view filter);
// A message with RETAIN set was delivered live to this session.
void supersede_in_replays(Core& core, const session::Session& session, std::string_view topic);

void serve_retained(Core& core, ShardIndex from, const RetainedQuery& query);
void serve_retained(Core& core, ShardIndex from, const RetainedContinue& more);
void serve_retained(Core& core, ShardIndex from, const RetainedCancel& cancel);
void receive_retained(Core& core, ShardIndex from, const RetainedBatch& batch);

}  // namespace dray::shard
