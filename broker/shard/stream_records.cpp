#include "shard/stream_records.h"

#include "shard/record_codec.h"

namespace dray::shard {

std::string encode(const StreamOptionsRecord& record) {
    std::string bytes;
    RecordWriter out(bytes);
    out.number(record.number).number(record.options.retention_bytes).number(record.options.retention_s);
    for (const std::string& filter : record.options.filters) out.text(filter);
    return bytes;
}

std::optional<StreamOptionsRecord> decode_stream(std::string_view bytes) {
    RecordReader in(bytes);
    StreamOptionsRecord record;
    record.number = in.number<std::uint64_t>();
    record.options.retention_bytes = in.number<std::uint64_t>();
    record.options.retention_s = in.number<std::uint64_t>();
    while (in.ok() && !in.at_end()) record.options.filters.emplace_back(in.text());
    if (!in.ok()) return std::nullopt;
    return record;
}

std::string encode_stream_record(Instant at, const session::Message& message) {
    std::string bytes;
    bytes.reserve(message.weight());
    RecordWriter(bytes).instant(at).message(message);
    return bytes;
}

std::optional<StreamRecord> decode_stream_record(std::string_view bytes) {
    RecordReader in(bytes);
    StreamRecord record;
    record.at = in.instant();
    record.publish = in.publish(record.expires_at);
    if (!in.ok()) return std::nullopt;
    return record;
}

std::string encode(const StreamLog::Segment& segment) {
    std::string bytes;
    RecordWriter out(bytes);
    out.instant(segment.begins_at).instant(segment.before_at).number(segment.bytes_before);
    return bytes;
}

std::optional<StreamLog::Segment> decode_stream_segment(std::string_view bytes) {
    RecordReader in(bytes);
    StreamLog::Segment segment;
    segment.begins_at = in.instant();
    segment.before_at = in.instant();
    segment.bytes_before = in.number<std::uint64_t>();
    if (!in.all_read()) return std::nullopt;
    return segment;
}

std::string encode(const session::StreamCursor& cursor) {
    std::string bytes;
    RecordWriter(bytes).number(cursor.stream).number(cursor.next).rest(cursor.start);
    return bytes;
}

std::optional<session::StreamCursor> decode_stream_cursor(std::string_view bytes) {
    RecordReader in(bytes);
    session::StreamCursor cursor;
    cursor.stream = in.number<std::uint64_t>();
    cursor.next = in.number<std::uint64_t>();
    cursor.start = in.rest();
    if (!in.ok()) return std::nullopt;
    return cursor;
}

}  // namespace dray::shard
