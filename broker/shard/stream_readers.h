// Readers of streams, on the shards of their clients: subscriptions to $stream/… (shard/stream_filter.h).
//
// A reader asks the stream's home for the next batch when its client can take it, and is never given more
// (stream_serving.h). Messages have the original topic, RETAIN 0, the subscription's QoS (1 at most), and
// tell their offset and time by user properties. What the client has not acknowledged when it leaves is not
// kept for it: only the offset to go on with is. That one is written to disk now and then, so after a crash
// of the broker some messages may come again.
//
// A SUBSCRIBE to what is subscribed already goes on, unless its user property names another place to begin.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "session/session.h"
#include "shard/shard_message.h"

namespace dray::shard {

struct StreamReader {
    session::SessionNumber session = 0;
    std::uint16_t slot = 0;    // 1 + its place in the session's sources
    std::string subscription;  // the whole filter
    session::Subscription terms;
    Ticket subscribing = 0;    // a SUBACK that waits for the home's first answer
    bool is_opening = true;    // that answer has not come
    bool may_ask = false;      // the SUBACK has been sent
    bool is_asking = true;     // an answer of the home is on its way
    bool is_listed = false;    // in `ready`
    std::uint32_t unkept = 0;  // messages acknowledged since the cursor was kept ...
    Instant kept_at;           // ... last
};

struct StreamReaders {
    std::unordered_map<Ticket, StreamReader> running;
    Ticket last = 0;
    std::vector<Ticket> ready;  // may ask at the next tick
};

struct Core;

// Begins, or goes on with other terms; `start` is what the SUBSCRIBE says by its property. `subscribing`
// waits until it is known where the reading begins.
void subscribe_to_stream(Core& core, session::Session& session, std::string_view filter,
                         session::Subscription& subscription, std::string_view start, Ticket subscribing);
// After a restart; it reads when its client comes.
void restore_stream_subscription(session::Session& session, std::string_view filter,
                                 session::Subscription& subscription);
void unsubscribe_from_stream(Core& core, session::Session& session, std::string_view filter,
                             std::uint16_t slot);

// The client is there, or has left.
void start_readers(Core& core, session::Session& session);
void stop_readers(Core& core, session::Session& session);

// A SUBACK has been sent.
void begin_readers(Core& core, session::Session& session);
void receive_stream_batch(Core& core, const StreamBatch& batch);
// The client may be able to take more.
void continue_readers(Core& core, session::Session& session);
void ask_for_ready(Core& core);
// A message that a stream gave is finished.
void settle_read(Core& core, session::Session& session, const session::Held& held);

}  // namespace dray::shard
