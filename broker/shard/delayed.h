// Delayed publish: a PUBLISH to $delayed/<seconds>/<topic> is published to <topic> so much later, with its
// QoS, RETAIN and properties; its expiry counts from now. Its publisher is unknown then (No Local).
//
// A delayed message stays on the shard of its publisher, in memory and, with a store, on disk: PUBACK and
// PUBREC wait for its record. The record is erased in the commit that keeps the message for its takers, on
// all shards (collection.h): so even after a crash it is published once.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/instant.h"
#include "session/message.h"
#include "shard/handlers.h"
#include "shard/routing.h"

namespace dray::shard {

struct DelayedTopic {
    std::uint32_t delay_s = 0;
    std::string_view topic;
};
bool is_delayed(std::string_view topic);
// Nothing if it has not that form.
std::optional<DelayedTopic> parse_delayed(std::string_view topic);

struct Delayed {
    struct Waiting {
        Instant due;
        session::MessageRef message;
    };
    std::unordered_map<std::uint64_t, Waiting> waiting;  // by number
    std::uint64_t bytes = 0;                             // of all of them
    std::uint64_t last_number = 0;
};

struct Core;

// Whether clients may publish so; if not, why. `topic` is_delayed().
TopicRefusal refuse_delayed(const Core& core, std::string_view topic, std::size_t payload_bytes);
// `publisher` as for route().
Routed delay(Core& core, const session::MessageRef& message, std::uint32_t delay_s,
             const Publisher* publisher);
// Its time has come.
void publish_delayed(Core& core, std::uint64_t number);
// At the start.
void recover_delayed(Core& core);

}  // namespace dray::shard
