// What becomes of a message once a session has it, told to where it came from.
//
//     where from                  on the session's disk     told
//     subscriptions, $share       its own entry             nobody: the session's entry is forgotten
//     $queue, $stream             nothing, or at QoS 2      the home, which keeps the message itself
//                                 that it may have been
//                                 sent
//
// A message of the lower kind has Held::source_position, its place there. Lives on the session's shard.
#pragma once

#include <cstdint>
#include <string_view>

#include "session/session.h"
#include "shard/link_id.h"
#include "shard/outcome.h"
#include "shard/statistics.h"

namespace dray::shard {

struct Core;

// Whether the session itself keeps the message, on disk and until it is acknowledged.
bool is_own(const session::Session& session, const session::Held& held);

// Counts what became of a message, and tells where it came from. `why` is for the books of a session's own
// messages: how one counts that is refused, undeliverable or turned away.
void settle(Core& core, session::Session& session, const session::Held& held, Outcome outcome,
            Discard why = Discard::kRefused);

// The place of that source among the session's, made if it is not there yet. 1 is the first.
std::uint16_t source_slot(session::Session& session, session::SourceKind kind, std::string_view name,
                          std::string_view filter);
// 0 if the session never subscribed to it; it may have left since (MessageSource::active).
std::uint16_t find_source(const session::Session& session, session::SourceKind kind, std::string_view name,
                          std::string_view filter);
// A message has come from there. Even if the session has left meanwhile, the home counts it as given to it.
void count_received(session::Session& session, std::uint16_t slot);
ShardIndex home_of(const Core& core, const session::MessageSource& source);

// The client has gone: what it has of others' and did not acknowledge goes back to where it came from, in
// order.
void give_back(Core& core, session::Session& session);
// It has unsubscribed: what was not sent yet goes back.
void give_back_unsent(Core& core, session::Session& session, std::uint16_t slot);
// ... or, of a subscription of its own, is discarded if no other brings it, and freed on disk, too. What may
// have been sent is completed [MQTT-5.0 3.10.4-3].
void discard_unsent(Core& core, session::Session& session, std::string_view filter);

}  // namespace dray::shard
