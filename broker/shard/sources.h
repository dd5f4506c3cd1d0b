// What becomes of a message once a session has it, told to where it came from.
//
//     where from                  on the session's disk     told
//     subscriptions, $share       its own entry             nobody: the session's entry is forgotten
//     $queue, $stream             nothing                   the home, which keeps the message itself
//
// A message of the lower kind has Held::source_position, its place there. Lives on the session's shard.
#pragma once

#include <cstdint>

#include "session/session.h"

namespace dray::shard {

struct Core;

enum class Outcome : std::uint8_t {
    kConsumed,       // acknowledged; at QoS 0: on its way to the client
    kRefused,        // PUBACK or PUBREC with a reason code of failure
    kExpired,        // before it could be sent
    kUndeliverable,  // larger than the client takes, or at QoS 0: the client does not read
};

// Whether the session itself keeps the message, on disk and until it is acknowledged.
bool is_own(const session::Session& session, const session::Held& held);

void settle(Core& core, session::Session& session, const session::Held& held, Outcome outcome);

}  // namespace dray::shard
