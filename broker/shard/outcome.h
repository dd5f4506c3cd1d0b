// What can become of a message once a session has it.
#pragma once

#include <cstdint>

namespace dray::shard {

enum class Outcome : std::uint8_t {
    kConsumed,       // acknowledged; at QoS 0: on its way to the client
    kRefused,        // PUBACK or PUBREC with a reason code of failure
    kExpired,        // before it could be sent
    kUndeliverable,  // larger than the client takes
    kTurnedAway,     // the session has no room, or the client does not read
    kReturned,       // sent, but the client has left before it acknowledged
    kUnsent,         // the client has left before it was sent
};

}  // namespace dray::shard
