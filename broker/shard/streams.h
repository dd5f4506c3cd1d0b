// The streams whose home is this shard: hash("$stream/<name>").
//
// A stream takes part in the subscription tree as a group for each of its filters, so every message that
// matches comes here once. It is appended in the turn of its arrival: the acknowledgement waits for the
// commit as it does for a session's entry. Readers see it when it is safe (stream_serving.h). For the books
// it is delivered then; what a reader gets is a message of its own.
//
// A QoS 2 message that is committed together with its publisher's packet id on another shard
// (shard/collection.h) cannot have an offset yet: a crash could leave a hole in the log. It is recorded as a
// promise in that commit, and appended when that is done, or at the start after a crash.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ring.h"
#include "shard/records.h"
#include "shard/shard_message.h"
#include "shard/stream_log.h"
#include "topics/match_result.h"

namespace dray::shard {

using StreamReaderKey = std::uint64_t;  // stream_serving.h

struct Stream {
    StreamOptions options;
    StoredNumber number = 0;
    StreamLog log;
    std::uint64_t publish_stamp = 0;  // the last publish that matched it
    std::map<std::uint64_t, session::MessageRef> promised;
    std::uint64_t last_promise = 0;
    std::vector<StreamReaderKey> waiting;  // readers that have seen all there is
};

struct Streams {
    std::set<std::string, std::less<>> names;  // of all shards
    std::map<std::string, std::unique_ptr<Stream>, std::less<>> here;
    std::unordered_map<StoredNumber, Stream*> by_number;
    std::unordered_map<topics::GroupId, Stream*> by_group;

    // What becomes visible when that batch is safe; in the order of the batches.
    struct Committing {
        StoreSequence sequence = 0;
        StoredNumber stream = 0;
        std::uint64_t next = 0;
    };
    Ring<Committing> committing;
    std::uint64_t appended = 0;  // to all that are here, ever

    Stream* find(std::string_view name) const {
        const auto found = here.find(name);
        return found == here.end() ? nullptr : found->second.get();
    }
    Stream* find_number(StoredNumber number) const {
        const auto found = by_number.find(number);
        return found == by_number.end() ? nullptr : found->second;
    }
};

struct Core;

// At the start: what the store has, and what the configuration declares.
void open_streams(Core& core);

// Declares it, or changes what it is declared to be. `ticket` (0 = nobody waits) waits until every shard
// knows it, and for its record.
void declare_stream(Core& core, const StreamOptions& options, Ticket ticket);
// With all that is in it.
void delete_stream(Core& core, Stream& stream);
void receive_known(Core& core, ShardIndex from, const StreamKnown& known);
// What was asked from outside; create and delete are answered when they are safe.
void answer_stream_request(Core& core, ShardIndex from, const StreamRequest& request);

// A message that matches one of its filters; by several filters it comes several times and is taken once.
void append_to_stream(Core& core, Stream& stream, const session::MessageRef& message);
void append_promised(Core& core, StoredNumber stream, std::uint64_t promise);
void streams_are_durable(Core& core, StoreSequence sequence);
void on_stream_retention(Core& core, StoredNumber stream);

}  // namespace dray::shard
