#include "shard/streams.h"

#include <algorithm>
#include <stdexcept>

#include "shard/collection.h"
#include "shard/core.h"
#include "shard/routing.h"
#include "shard/stream_records.h"

namespace dray::shard {

namespace {

using session::MessageRef;

// A group of clients has no slash in its name.
std::string group_name(std::string_view stream) {
    return std::string("$stream/").append(stream);
}

bool is_home(const Core& core, std::string_view stream) {
    return home_of_stream(stream, core.options.count) == core.options.index;
}

void join(Core& core, Stream& stream, const std::vector<std::string>& filters,
          std::vector<std::string>& routes) {
    const std::string group = group_name(stream.options.name);
    for (const std::string& filter : filters) {
        if (core.subscriptions.join(group, filter, {}).is_first_local_for_filter) routes.push_back(filter);
        core.streams.by_group[core.subscriptions.find_group(group, filter)->id()] = &stream;
    }
}

void leave(Core& core, const Stream& stream, const std::vector<std::string>& filters,
           std::vector<std::string>& routes) {
    const std::string group = group_name(stream.options.name);
    for (const std::string& filter : filters) {
        const topics::SharedGroup* joined = core.subscriptions.find_group(group, filter);
        if (joined == nullptr) continue;  // named twice
        core.streams.by_group.erase(joined->id());
        if (core.subscriptions.leave(group, filter, 0).was_last_local_for_filter) routes.push_back(filter);
    }
}

void set_options(const Core& core, Stream& stream) {
    StreamLogOptions options;
    options.retention_bytes = stream.options.retention_bytes;
    options.retention_s = stream.options.retention_s;
    options.tail_bytes_max = core.limits().stream_tail_bytes_max;
    options.on_disk = core.persistence.keeps;
    const std::uint64_t memory = core.limits().stream_memory_bytes_max;
    if (!options.on_disk && (options.retention_bytes == 0 || options.retention_bytes > memory))
        options.retention_bytes = memory;
    stream.log.set_options(options);
}

// Age is looked at as often as it can change what is kept.
void set_retention_timer(Core& core, const Stream& stream) {
    if (stream.options.retention_s == 0) return;
    const std::uint64_t wait_ms =
        std::clamp<std::uint64_t>(stream.options.retention_s * 1000 / 16, 1000, 60'000);
    core.timers.set(
        {core.now + std::chrono::milliseconds(wait_ms), Timer::Kind::kStreamRetention, 0, stream.number});
}

Stream& add(Core& core, const StreamOptions& options, StoredNumber number) {
    auto owned = std::make_unique<Stream>();
    Stream& stream = *owned;
    stream.options = options;
    stream.number = number;
    core.streams.here[options.name] = std::move(owned);
    core.streams.by_number[number] = &stream;
    set_options(core, stream);
    set_retention_timer(core, stream);
    return stream;
}

void keep_options(Core& core, const Stream& stream) {
    if (!core.persistence.keeps) return;
    open_batch(core).put(Table::kStreams, stream.options.name,
                         encode(StreamOptionsRecord{stream.number, stream.options}));
}

void trim(Core& core, Stream& stream) {
    const auto removed = stream.log.trim(core.now);
    if (!removed || !core.persistence.keeps) return;
    const std::string from = key_of(stream.number, removed->from);
    const std::string to = key_of(stream.number, removed->to);
    StoreBatch& batch = open_batch(core);
    batch.erase_range(Table::kStreamRecords, from, to);
    batch.erase_range(Table::kStreamSegments, from, to);
    if (removed->begun != nullptr) batch.put(Table::kStreamSegments, to, encode(*removed->begun));
}

void note_committing(Core& core, const Stream& stream) {
    Ring<Streams::Committing>& committing = core.streams.committing;
    const StoreSequence sequence = core.persistence.last;
    if (!committing.empty() && committing.back().sequence == sequence &&
        committing.back().stream == stream.number) {
        committing.back().next = stream.log.next();
    } else {
        committing.push_back({sequence, stream.number, stream.log.next()});
    }
}

void append(Core& core, Stream& stream, const MessageRef& message) {
    core.statistics.books.of(*message).deliver();
    const StreamLog::Appended appended = stream.log.append(message, core.now);
    ++core.streams.appended;
    if (core.persistence.keeps) {
        StoreBatch& batch = open_batch(core);
        const std::string key = key_of(stream.number, appended.offset);
        batch.put(Table::kStreamRecords, key, encode_stream_record(appended.at, *message));
        if (appended.begun != nullptr) batch.put(Table::kStreamSegments, key, encode(*appended.begun));
        note_committing(core, stream);
    } else {
        stream.log.make_visible(stream.log.next());
        wake_waiting(core, stream);
    }
    trim(core, stream);
}

void promise(Core& core, Stream& stream, const MessageRef& message) {
    Collection& collecting = *core.collections.collecting;
    const std::uint64_t number = ++stream.last_promise;
    collecting.records.put(Table::kStreamPromises, key_of(stream.number, number), encode(*message));
    collecting.promised.push_back({.stream = stream.number, .position = number});
    stream.promised[number] = message;
}

// --- at the start ---

[[noreturn]] void refuse(const char* what, std::string_view stream) {
    throw std::runtime_error("the store has a record that this version does not understand: " +
                             std::string(what) + " of stream '" + std::string(stream) + "'");
}

std::uint64_t number_in(std::string_view key) {
    return *parse_number(parse_session_key(key)->rest);
}

void recover_log(Core& core, Stream& stream) {
    const std::string prefix = key_of(stream.number);
    StreamLog& log = stream.log;
    core.store.scan(Table::kStreamSegments, prefix, [&](std::string_view key, std::string_view value) {
        auto segment = decode_stream_segment(value);
        if (!segment) refuse("a segment", stream.options.name);
        segment->first = number_in(key);
        log.restore(*segment);
        return true;
    });
    const std::string from = key_of(stream.number, log.next());
    core.store.scan(Table::kStreamRecords, prefix, from, [&](std::string_view key, std::string_view value) {
        const auto record = decode_stream_record(value);
        if (!record) refuse("a message", stream.options.name);
        log.restore_record(record->at, key.size() + value.size());
        return true;
    });
    core.store.scan(Table::kStreamPromises, prefix, [&](std::string_view key, std::string_view value) {
        const MessageRef message = decode_message(value);
        if (!message) refuse("a message", stream.options.name);
        stream.promised[number_in(key)] = message;
        core.statistics.books.of(*message).hold();
        return true;
    });
    while (!stream.promised.empty()) append_promised(core, stream.number, stream.promised.begin()->first);
    trim(core, stream);
}

void recover_streams(Core& core, std::vector<std::string>& routes) {
    core.store.scan(Table::kStreams, {}, [&](std::string_view name, std::string_view value) {
        auto record = decode_stream(value);
        if (!record) refuse("the declaration", name);
        core.persistence.last_number = std::max(core.persistence.last_number, record->number >> 8);
        core.streams.names.emplace(name);
        if (!is_home(core, name)) return true;
        record->options.name = name;
        Stream& stream = add(core, record->options, record->number);
        join(core, stream, stream.options.filters, routes);
        recover_log(core, stream);
        return true;
    });
}

// The stream with those options; what changed for other shards is in `added` and `removed`.
void make(Core& core, const StreamOptions& options, std::vector<std::string>& added,
          std::vector<std::string>& removed) {
    Stream* stream = core.streams.find(options.name);
    if (stream != nullptr && stream->options == options) return;
    if (stream == nullptr) {
        const StoredNumber number = ++core.persistence.last_number << 8 | core.options.index;
        stream = &add(core, options, number);
    } else {
        leave(core, *stream, stream->options.filters, removed);
        stream->options = options;
        set_options(core, *stream);
        set_retention_timer(core, *stream);
        trim(core, *stream);
    }
    join(core, *stream, options.filters, added);
    keep_options(core, *stream);
}

void tell_all(Core& core, const StreamKnown& known) {
    receive_known(core, core.options.index, known);
    for (ShardIndex shard = 0; shard < core.options.count; ++shard) {
        if (shard == core.options.index) continue;
        if (known.ticket != 0) core.tickets.wait_for_more(known.ticket);
        core.forward(shard, known);
    }
}

}  // namespace

ShardIndex home_of_stream(std::string_view name, ShardIndex shards) {
    return home_of(group_name(name), shards);
}

void open_streams(Core& core) {
    std::vector<std::string> added;
    std::vector<std::string> removed;  // other shards do not know them yet
    if (core.persistence.keeps) recover_streams(core, added);
    for (const StreamOptions& options : core.options.streams) {
        core.streams.names.insert(options.name);
        if (is_home(core, options.name)) make(core, options, added, removed);
    }
    announce(core, added, removed, 0);
}

void declare_stream(Core& core, const StreamOptions& options, Ticket ticket) {
    std::vector<std::string> added;
    std::vector<std::string> removed;
    make(core, options, added, removed);
    announce(core, added, removed, ticket);
    tell_all(core, {options.name, true, ticket});
    if (ticket != 0) wait_for_disk(core, ticket);
}

void delete_stream(Core& core, Stream& stream) {
    std::vector<std::string> removed;
    leave(core, stream, stream.options.filters, removed);
    announce(core, {}, removed, 0);
    tell_all(core, {stream.options.name, false, 0});
    end_served(core, stream);
    for (const auto& [promise, message] : stream.promised) {
        core.statistics.books.of(*message).discard(Discard::kRemoved);
    }
    if (core.persistence.keeps) {
        StoreBatch& batch = open_batch(core);
        batch.erase(Table::kStreams, stream.options.name);
        const std::string prefix = key_of(stream.number);
        for (const Table table : {Table::kStreamRecords, Table::kStreamSegments, Table::kStreamPromises})
            batch.erase_all(table, prefix);
    }
    core.streams.by_number.erase(stream.number);
    core.streams.here.erase(std::string(stream.options.name));
}

void receive_known(Core& core, ShardIndex from, const StreamKnown& known) {
    if (known.exists) {
        core.streams.names.insert(known.stream);
    } else {
        core.streams.names.erase(known.stream);
    }
    if (known.ticket != 0 && from != core.options.index) confirm(core, ConfirmTicket{from, known.ticket});
}

void append_to_stream(Core& core, Stream& stream, const MessageRef& message) {
    if (stream.publish_stamp == core.publish_stamp) return;
    stream.publish_stamp = core.publish_stamp;
    core.statistics.books.of(*message).hold();
    core.collections.collecting != nullptr ? promise(core, stream, message) : append(core, stream, message);
}

void append_promised(Core& core, StoredNumber number, std::uint64_t promise) {
    if (core.persistence.keeps) open_batch(core).erase(Table::kStreamPromises, key_of(number, promise));
    Stream* stream = core.streams.find_number(number);
    if (stream == nullptr) return;  // deleted meanwhile
    const auto found = stream->promised.find(promise);
    const MessageRef message = found->second;
    stream->promised.erase(found);
    append(core, *stream, message);
}

void streams_are_durable(Core& core, StoreSequence sequence) {
    Ring<Streams::Committing>& committing = core.streams.committing;
    while (!committing.empty() && committing.front().sequence <= sequence) {
        const Streams::Committing done = committing.pop_front();
        Stream* stream = core.streams.find_number(done.stream);
        if (stream == nullptr) continue;
        stream->log.make_visible(done.next);
        wake_waiting(core, *stream);
    }
}

void on_stream_retention(Core& core, StoredNumber number) {
    Stream* stream = core.streams.find_number(number);
    if (stream == nullptr) return;
    trim(core, *stream);
    set_retention_timer(core, *stream);
}

}  // namespace dray::shard
