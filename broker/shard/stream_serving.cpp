#include "shard/stream_serving.h"

#include <algorithm>

#include "base/iso_time.h"
#include "mqtt/topic.h"
#include "shard/core.h"
#include "shard/damage.h"
#include "shard/stream_readers.h"
#include "shard/stream_records.h"

namespace dray::shard {

namespace {

using session::MessageRef;

// What is given at once.
constexpr std::size_t kBatchBytes = 64 * 1024;
// What is looked through in one turn, for all readers together: tens of microseconds.
constexpr std::uint64_t kTurnRecords = 32;
// Of old records, in a period, while messages are published here; that is over when none came for so long.
constexpr std::uint64_t kBusyPeriodRecords = 16;
constexpr std::chrono::milliseconds kBusyFor{20};
// What is read at once.
constexpr std::uint32_t kReadRecords = 1024;
constexpr std::uint32_t kReadBytes = 64 * 1024;
// A reader that waits learns after so many records that are not for it how far it is.
constexpr std::uint64_t kUntoldMax = 4096;

void send(Core& core, const ServedReader& reader, StreamBatch batch) {
    if (reader.to == core.options.index) return receive_stream_batch(core, batch);
    core.forward(reader.to, std::move(batch));
}

// What it carries for its readers besides what was published.
mqtt::PropertyList marks(std::uint64_t offset, Instant at) {
    mqtt::PropertyList list;
    list.add_user(kStreamOffset, std::to_string(offset));
    list.add_user(kStreamTime, to_iso_time(at));
    return list;
}

bool takes(const ServedReader& reader, Instant at, std::string_view topic) {
    return at >= reader.not_before && (reader.filter.empty() || mqtt::matches(reader.filter, topic));
}

class Filling {
  public:
    Filling(const ServedReader& reader, StreamBatch& batch) : reader_(reader), batch_(batch) {}
    bool is_full() const { return batch_.records.size() >= reader_.wants || bytes_ >= kBatchBytes; }
    void add(std::uint64_t offset, MessageRef message) {
        bytes_ += message->weight();
        batch_.records.push_back({offset, std::move(message)});
    }

  private:
    const ServedReader& reader_;
    StreamBatch& batch_;
    std::size_t bytes_ = 0;
};

// The answer, if there is one yet; otherwise it waits for new records.
void answer(Core& core, StreamReaderKey key, ServedReader& reader, Stream& stream, StreamBatch batch) {
    const bool has_seen_all = reader.offset >= stream.log.visible();
    if (batch.records.empty() && has_seen_all && reader.offset - reader.told < kUntoldMax) {
        stream.waiting.push_back(key);
        return;
    }
    reader.wants = 0;
    reader.told = batch.next = reader.offset;
    batch.reader = reader.reader;
    batch.number = stream.number;
    send(core, reader, std::move(batch));
}

MessageRef from_log(StreamLog& log, const ServedReader& reader) {
    StreamLog::Record& record = log.at(reader.offset);
    if (!takes(reader, record.at, record.message->topic())) return {};
    if (!record.for_readers) {
        record.for_readers = record.message->with(marks(reader.offset, record.at).view());
    }
    return record.for_readers;
}

std::string place_of(const Stream& stream, std::uint64_t offset) {
    return "stream '" + stream.options.name + "', offset " + std::to_string(offset);
}

MessageRef from_block(Core& core, const StreamBlocks::Block& block, const Stream& stream,
                      const ServedReader& reader) {
    const auto record = decode_stream_record(block.values[reader.offset - block.first]);
    if (!record) report_damage(core, place_of(stream, reader.offset), kNotUnderstood, 1);
    if (!record || !takes(reader, record->at, record->publish.topic)) return {};
    return session::Message::make(record->publish, record->publish.topic, {0, record->expires_at},
                                  marks(reader.offset, record->at).view());
}

// `message_at` gives the message at the reader's offset, or none if it is not for this reader. Looks through
// `records_max` at the most, and returns how many it was.
template <typename MessageAt>
std::uint64_t give(Core& core, StreamReaderKey key, ServedReader& reader, Stream& stream, std::uint64_t end,
                   std::uint64_t records_max, MessageAt message_at) {
    StreamBatch batch;
    Filling filling(reader, batch);
    const std::uint64_t begin = reader.offset;
    end = std::min({end, stream.log.visible(), begin + records_max});
    for (; reader.offset < end && !filling.is_full(); ++reader.offset) {
        if (MessageRef message = message_at()) filling.add(reader.offset, std::move(message));
    }
    answer(core, key, reader, stream, std::move(batch));
    return reader.offset - begin;
}

void read_from_store(Core& core, StreamReaderKey key, const ServedReader& reader) {
    const std::uint64_t ticket = ++core.served_readers.last_reading;
    core.served_readers.readings[ticket] = key;
    core.effects.reads.push_back({ticket, Table::kStreamRecords, key_of(reader.stream),
                                  key_of(reader.stream, reader.offset), kReadRecords, kReadBytes});
}

// How many old records may be given now.
std::uint64_t& old_records_left(Core& core) {
    ServedReaders::Pace& pace = core.served_readers.pace;
    if (pace.is_over(core.now)) {
        if (pace.publish_stamp != core.publish_stamp) pace.busy_until = core.now + kBusyFor;
        const auto periods = static_cast<std::uint64_t>((core.now - pace.at) / ServedReaders::Pace::kPeriod);
        const std::uint64_t grown = (core.streams.appended - pace.appended) / periods;  // in one of them
        pace.at = core.now;
        pace.publish_stamp = core.publish_stamp;
        pace.appended = core.streams.appended;
        pace.records_left = core.now < pace.busy_until
                                ? kBusyPeriodRecords + 2 * grown * core.served_readers.all.size()
                                : ~std::uint64_t{0};
    }
    return pace.records_left;
}

// Returns how many records it has looked through, `records_max` at the most.
std::uint64_t serve(Core& core, StreamReaderKey key, std::uint64_t records_max) {
    const auto found = core.served_readers.all.find(key);
    if (found == core.served_readers.all.end()) return 0;
    ServedReader& reader = found->second;
    Stream& stream = *core.streams.find_number(reader.stream);
    reader.offset = std::max(reader.offset, stream.log.first());
    if (reader.offset >= stream.log.tail_first()) {
        return give(core, key, reader, stream, stream.log.next(), records_max,
                    [&] { return from_log(stream.log, reader); });
    }
    const StreamBlocks::Block* block = core.served_readers.blocks.find(reader.stream, reader.offset);
    if (block == nullptr) {
        read_from_store(core, key, reader);
        return 0;
    }
    std::uint64_t& left = old_records_left(core);
    if (left == 0) {
        core.served_readers.paced.push_back(key);
        return 0;
    }
    const std::uint64_t given = give(core, key, reader, stream, block->next(), std::min(left, records_max),
                                     [&] { return from_block(core, *block, stream, reader); });
    left -= given;
    return given;
}

std::uint64_t beginning(const StreamLog& log, const StreamOpen& open, StoredNumber number) {
    if (open.next != 0 && open.number == number) return open.next;
    switch (open.start.from) {
        case StreamStart::From::kEarliest:
            return log.first();
        case StreamStart::From::kLatest:
            break;
        case StreamStart::From::kOffset:
            return open.start.offset;
        case StreamStart::From::kTime:
            return log.offset_before(open.start.time);
    }
    return log.next();
}

}  // namespace

void open_served(Core& core, ShardIndex from, const StreamOpen& open) {
    const Stream* stream = core.streams.find(open.stream);
    ServedReader reader;
    reader.to = from;
    reader.reader = open.reader;
    if (stream == nullptr) return send(core, reader, {open.reader, 0, {}, 0});
    reader.stream = stream->number;
    reader.filter = open.filter;
    if (open.start.from == StreamStart::From::kTime) reader.not_before = open.start.time;
    reader.client_id = open.client_id;
    const StreamLog& log = stream->log;
    reader.offset = std::clamp(beginning(log, open, stream->number), log.first(), log.next());
    reader.told = reader.offset;
    const StreamBatch batch{open.reader, stream->number, {}, reader.offset};
    const StreamReaderKey key = ServedReaders::key(from, open.reader);
    send(core, core.served_readers.all[key] = std::move(reader), batch);
}

void pull_served(Core& core, ShardIndex from, const StreamPull& pull) {
    const StreamReaderKey key = ServedReaders::key(from, pull.reader);
    const auto found = core.served_readers.all.find(key);
    if (found == core.served_readers.all.end()) return;
    found->second.offset = pull.offset;
    found->second.wants = std::min(pull.messages_max, kStreamBatchMessages);
    core.served_readers.ready.push_back(key);
}

void close_served(Core& core, ShardIndex from, const StreamClose& close) {
    const auto found = core.served_readers.all.find(ServedReaders::key(from, close.reader));
    if (found == core.served_readers.all.end()) return;
    std::erase(core.streams.find_number(found->second.stream)->waiting, found->first);
    core.served_readers.all.erase(found);
}

void end_served(Core& core, const Stream& stream) {
    std::erase_if(core.served_readers.all, [&](const auto& entry) {
        const ServedReader& reader = entry.second;
        if (reader.stream != stream.number) return false;
        send(core, reader, {reader.reader, 0, {}, 0});
        return true;
    });
}

void wake_waiting(Core& core, Stream& stream) {
    for (const StreamReaderKey key : stream.waiting) core.served_readers.ready.push_back(key);
    stream.waiting.clear();
}

void serve_ready(Core& core) {
    Ring<StreamReaderKey>& ready = core.served_readers.ready;
    if (core.served_readers.pace.is_over(core.now)) {
        for (const StreamReaderKey key : std::exchange(core.served_readers.paced, {})) ready.push_back(key);
    }
    // Those that ask again meanwhile have their next turn later.
    std::uint64_t records = kTurnRecords;
    for (std::size_t left = ready.size(); left > 0 && records > 0; --left) {
        records -= serve(core, ready.pop_front(), records);
    }
}

void serve_what_was_read(Core& core, const StoreReadDone& done) {
    const auto reading = core.served_readers.readings.find(done.ticket);
    const StreamReaderKey key = reading->second;
    core.served_readers.readings.erase(reading);
    const auto found = core.served_readers.all.find(key);
    if (found == core.served_readers.all.end()) return;
    ServedReader& reader = found->second;
    const Stream& stream = *core.streams.find_number(reader.stream);
    const std::uint64_t next = done.records.empty()
                                   ? stream.log.tail_first()
                                   : core.served_readers.blocks.add(reader.stream, done.records).first;
    // What is not there was removed by retention, or is damaged.
    reader.offset = std::max(reader.offset, stream.log.first());
    if (next > reader.offset) {
        report_damage(core, place_of(stream, reader.offset),
                      done.wrong.empty() ? "it is not there" : done.wrong, next - reader.offset);
    }
    reader.offset = std::max(reader.offset, next);
    core.served_readers.ready.push_back(key);
}

}  // namespace dray::shard
