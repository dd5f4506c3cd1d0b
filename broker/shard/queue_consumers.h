// Consumers of queues, at the shard of their sessions: SUBSCRIBE to $queue/<name>, by clients of any version.
//
//     session's shard                                  home of the queue (queues.h)
//         QueueLookup ------------------------------>    before SUBACK: is there such a queue?
//                    <-- Confirm, or QueueUnknown ----
//         QueueJoin  ------------------------------->    after SUBACK, and whenever the client connects
//                    <-- QueueDeliver ----------------   as many as the session has room for
//         QueueSettle ------------------------------>    one outcome for each: consumed, refused, returned …
//         QueueLeave ------------------------------->    the client has gone, or unsubscribed
//
// A consumer is a session whose client is connected: it leaves with its connection, and joins again with the
// next. The QoS of its messages is that of its subscription.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "session/session.h"
#include "shard/outcome.h"
#include "shard/shard_message.h"

namespace dray::shard {

struct Core;

inline constexpr std::string_view kQueueRoot = "$queue/";

// The part behind $queue/, which may be no valid name; nothing if the filter does not begin so.
std::optional<std::string_view> queue_name(std::string_view filter);

// Outcomes of this turn that are not told yet, by queue; empty between turns.
struct QueueOutcomes {
    std::unordered_map<std::string, std::vector<QueueSettle::Each>> by_queue;
};

// `ticket` waits for the answer, which may change what SUBACK says of its request.
void look_up_queue(Core& core, const session::Session& session, std::string_view queue, Ticket ticket,
                   std::uint16_t request);
// By the filter of a subscription, if the session still has it.
void join_queue(Core& core, session::Session& session, std::string_view filter);
void leave_queue(Core& core, session::Session& session, std::string_view queue, Ticket ticket);
// All of a session's queues, when its client comes or goes.
void join_queues(Core& core, session::Session& session);
void leave_queues(Core& core, session::Session& session);

void receive_from_queue(Core& core, const QueueDeliver& delivery);
void refuse_queue(Core& core, const QueueUnknown& unknown);

void settle_queued(Core& core, const session::Session& session, const session::Held& held, Outcome outcome);
// PUBREC has come; `ticket` waits until the message is safely gone from the queue.
void consume(Core& core, const session::Session& session, const session::Held& held, Ticket ticket);
// At the end of the turn, and before anything else is said to the homes.
void tell_outcomes(Core& core);

}  // namespace dray::shard
