// What a shard asks of a durable store. During a turn it collects records in a StoreBatch; the batch leaves
// as an effect (Effects::commit) with a number, is committed as a whole or not at all, and when it is safe
// the shard is told by Shard::durable(number). The port itself only reads, and only what was committed: at
// the start, and when a session is touched for the first time since. What the shard does not want to wait for
// is read by an effect (store_read.h).
//
//     table           key                                value (records.h)
//     kSessions       client id                          who it is, until when, its will
//     kSubscriptions  session number, filter             options, identifier
//     kEntries        session number, position           a page of messages on their way to this session
//     kProgress       as its page                        which of them are done with, or released
//     kBodies         body number                        a message that several sessions hold
//     kHolders        body number                        how many do
//     kIncoming       session number, packet id          a QoS 2 message that the client has not released
//     kRetained       topic                              message
//     kDelayed        when it is due, number             message
//     kStreams        name of a stream                   its number and declaration
//     kStreamRecords  stream number, offset              when it was appended, message
//     kStreamSegments stream number, first offset        when it begins, bytes before it
//     kStreamPromises stream number, promise             message that is appended when it is known to be safe
//     kStreamCursors  session number, filter             where a reader goes on
//     kQueues, kQueueEntries                             queue_store.h
//
// No key names a shard: how many there are may change between two starts.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "shard/link_id.h"
#include "shard/store_batch.h"
#include "shard/store_read.h"

namespace dray::shard {

class StorePort {
  public:
    // Returns whether to go on.
    using Visit = std::function<bool(std::string_view key, std::string_view value)>;

    virtual ~StorePort() = default;
    // Whether records survive the process. If not, the shard does not write any.
    virtual bool keeps() const = 0;
    // Whether the disk takes what it is given. If not, commits wait until it does; nothing is lost.
    virtual bool works() const { return true; }
    // How safe its records are, in the configuration's word: fsync, os or memory.
    virtual std::string_view durability() const = 0;
    // How far the log is so: every commit moves it on, whichever shard's, and no restart moves it back.
    virtual std::uint64_t safe_position() const = 0;
    // What is committed under keys that begin with `prefix`, in the order of their bytes; if `from` is not
    // empty, only keys from there on. What cannot be read is passed over; returns what was wrong, in words.
    virtual std::string scan_readable(Table table, std::string_view prefix, std::string_view from,
                                      const Visit& visit) const = 0;

    // --- at the start, before clients are served; both throw std::runtime_error if something is not readable
    // ---
    void scan(Table table, std::string_view prefix, std::string_view from, const Visit& visit) const {
        const std::string wrong = scan_readable(table, prefix, from, visit);
        if (!wrong.empty()) throw std::runtime_error(wrong);
    }
    void scan(Table table, std::string_view prefix, const Visit& visit) const {
        scan(table, prefix, {}, visit);
    }
    // The highest key of a table; empty if it has none.
    virtual std::string last_key(Table table) const = 0;

    // --- for whoever carries out the effects of that shard, on its thread ---
    virtual void commit(ShardIndex shard, StoreSequence sequence, StoreBatch batch) = 0;
    virtual StoreSequence durable(ShardIndex shard) const = 0;  // everything up to here is safe
    virtual void read(ShardIndex shard, StoreRead wanted) = 0;
    StoreReadDone answer(const StoreRead& wanted) const;                 // what such a reading gives
    virtual std::vector<StoreReadDone> take_read(ShardIndex shard) = 0;  // what was read since the last call
};

inline StoreReadDone StorePort::answer(const StoreRead& wanted) const {
    StoreReadDone done{wanted.ticket, {}, {}};
    std::uint32_t records = 0;
    std::size_t bytes = 0;
    const auto take = [&](std::string_view key, std::string_view value) {
        done.records.put(wanted.table, key, value);
        bytes += key.size() + value.size();
        return ++records < wanted.records_max && bytes <= wanted.bytes_max;
    };
    done.wrong = scan_readable(wanted.table, wanted.prefix, wanted.from, take);
    return done;
}

}  // namespace dray::shard
