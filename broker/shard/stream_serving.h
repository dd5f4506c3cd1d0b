// Readers of the streams whose home is this shard, as the home sees them.
//
//     reader's shard (stream_readers.h)               home of the stream
//         StreamReader  ---- StreamOpen ------------->  ServedReader: where it begins
//                       <--- StreamBatch (empty) -----
//                       ---- StreamPull ------------->  at once, or when there is something new
//                       <--- StreamBatch -------------
//                       ---- StreamPull ------------->  ...
//                       ---- StreamClose ------------>
//
// A reader is given as much as it asks for, a batch at a time; so one that is slow costs nothing but its
// offset, and none holds up the appending. The newest records are in memory; older ones are read from the
// store, by an effect, so that the shard does not wait for the disk. A turn serves few records, to one reader
// after the other: whatever else happens here waits no longer than that takes. While messages are published,
// old records are given at a moderate rate, which leaves most of the time to those, and at twice the rate at
// which the streams here grow, so that every reader catches up. At the end of the log the same question is
// answered when new records are safe: from replay to live there is no seam.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/ring.h"
#include "shard/records.h"
#include "shard/shard_message.h"
#include "shard/store_read.h"
#include "shard/stream_blocks.h"
#include "shard/streams.h"

namespace dray::shard {

inline constexpr std::uint32_t kStreamBatchMessages = 64;

struct ServedReader {
    ShardIndex to = 0;
    Ticket reader = 0;
    StoredNumber stream = 0;
    std::string filter;  // of topics; empty: all
    Instant not_before;  // older records are not given
    std::string client_id;
    std::uint64_t offset = 0;  // the next that it has not seen
    std::uint64_t told = 0;    // ... as it knows it itself
    std::uint32_t wants = 0;   // messages; 0: it has not asked
};

struct ServedReaders {
    explicit ServedReaders(std::size_t blocks_bytes_max) : blocks(blocks_bytes_max) {}

    std::unordered_map<StreamReaderKey, ServedReader> all;
    StreamBlocks blocks;
    std::unordered_map<std::uint64_t, StreamReaderKey> readings;  // by the ticket of the StoreRead
    std::uint64_t last_reading = 0;
    Ring<StreamReaderKey> ready;  // to be served, one after the other
    // Of old records, in one period. While messages are published a period has one bite, which takes some
    // tens of microseconds: fewer than one message in a hundred comes meanwhile and has to wait. It is larger
    // where streams grow, so that who reads them catches up.
    struct Pace {
        static constexpr std::chrono::milliseconds kPeriod{8};
        Instant end() const { return at + kPeriod; }
        bool is_over(Instant now) const { return now >= end(); }

        Instant at;
        Instant busy_until;
        std::uint64_t publish_stamp = 0;  // ... at its beginning, as is the next
        std::uint64_t appended = 0;
        std::uint64_t records_left = 0;
    } pace;
    std::vector<StreamReaderKey> paced;  // have to wait for the next

    static StreamReaderKey key(ShardIndex shard, Ticket reader) { return reader << 8 | shard; }
};

struct Core;

void open_served(Core& core, ShardIndex from, const StreamOpen& open);
void pull_served(Core& core, ShardIndex from, const StreamPull& pull);
void close_served(Core& core, ShardIndex from, const StreamClose& close);
// The stream is no more: its readers are told.
void end_served(Core& core, const Stream& stream);

// New records are visible.
void wake_waiting(Core& core, Stream& stream);
void serve_ready(Core& core);
void serve_what_was_read(Core& core, const StoreReadDone& done);

}  // namespace dray::shard
