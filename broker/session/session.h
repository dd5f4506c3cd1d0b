// One client's life with the broker, whether it is connected or not: MQTT 3.1.1 section 3.1.2.4 and 5.0
// section 4.1. Lives on the shard that its client id hashes to, and never leaves it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/ring.h"
#include "session/incoming_ids.h"
#include "session/inflight.h"
#include "session/message.h"
#include "session/pages.h"

namespace dray::session {

// Unique among all sessions of all shards since the start; the low 8 bits are the shard.
using SessionNumber = std::uint64_t;

struct Subscription {
    mqtt::SubscriptionOptions options;
    std::uint32_t id = 0;      // Subscription Identifier; 0 = none
    std::uint16_t source = 0;  // 1 + its place in Session::sources, 0 = the topic tree itself
};

// Where messages come from that are not this session's alone: a shared subscription, a queue or a stream. Its
// home shard gives them, and hears what became of them (shard/sources.h).
enum class SourceKind : std::uint8_t { kGroup, kQueue, kStream };
// Where in a stream its reader is. Kept while the client is away.
struct StreamCursor {
    std::string start;         // as the client said where to begin
    std::uint64_t stream = 0;  // its number; 0 = the reading has not begun
    std::uint64_t next = 0;    // the offset to go on with
};
struct MessageSource {
    SourceKind kind = SourceKind::kGroup;
    std::string group;           // or the name of the queue or stream
    std::string filter;          // of a shared subscription
    std::uint64_t received = 0;  // messages that it has given
    std::uint32_t stay = 0;      // at a queue, counted: what was given in an earlier one comes too late
    bool active = true;          // its place is kept after UNSUBSCRIBE, for messages that it brought
    StreamCursor cursor;         // of a stream
    std::uint64_t reader = 0;  // ... and who reads it, while the client is connected (shard/stream_readers.h)
};

struct WillMessage {
    MessageRef message;
    std::uint32_t delay_s = 0;
};

inline constexpr std::uint32_t kExpiresNever = 0xFFFFFFFF;  // a Session Expiry Interval

struct Session {
    SessionNumber number = 0;
    std::string client_id;
    std::string user_name;
    std::uint32_t index = 0;       // in the shard's table
    std::uint32_t link = kNoLink;  // index of its connection
    std::uint32_t expiry_s = 0;    // Session Expiry Interval; kExpiresNever
    Instant ends_at = kNever;      // while disconnected
    Instant will_at = kNever;      // while disconnected: when the will is due
    std::unique_ptr<WillMessage> will;

    std::map<std::string, Subscription, std::less<>> subscriptions;
    std::vector<MessageSource> sources;

    Inflight inflight;
    Ring<Held> queue;  // waiting for the window or for the client
    std::uint64_t queue_bytes = 0;
    IncomingIds incoming;

    // On disk (shard/persistence.h).
    std::uint64_t stored = 0;         // its number there; 0 = it is not kept
    std::uint64_t last_position = 0;  // of its messages
    Pages pages;                      // ... where they stand
    std::uint64_t sent_up_to = 0;     // messages before this position may have been sent before the start
    bool is_loaded = true;            // false: its messages are only on disk

    std::uint64_t publish_stamp = 0;  // the last publish that matched it, and where in the list of takers
    std::uint32_t taker = 0;
    std::uint16_t replays = 0;  // retained messages are being streamed to it
    std::uint16_t readers = 0;  // of streams
    bool able = false;          // what the homes of its shared groups were told last
    std::size_t load = 0;       // unacknowledged messages when they could last have been told
    std::uint32_t room = 0;     // how many they may still give, as far as they know

    static constexpr std::uint32_t kNoLink = 0xFFFFFFFF;
    bool is_connected() const { return link != kNoLink; }
};

}  // namespace dray::session
