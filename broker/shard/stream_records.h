// The records of streams: how they stand on disk, in the words of records.h and as frozen as those.
//
//     stream        number (8), retained bytes (8), retained seconds (8), filters (text each); the key is its
//                   name
//     record        appended at (8), message
//     segment       begins at (8), time of the record before it (8), bytes before it (8)
//     promise       message
//     cursor        number of the stream (8), offset to go on with (8), <start> of the subscription
//
// Pure functions; decoding checks everything and gives nothing for bytes that it does not understand.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "mqtt/packet.h"
#include "session/session.h"
#include "shard/records.h"
#include "shard/stream_log.h"
#include "shard/stream_options.h"

namespace dray::shard {

struct StreamOptionsRecord {
    StoredNumber number = 0;
    StreamOptions options;  // without its name, which is the key
};

// Views of the bytes it was read from.
struct StreamRecord {
    Instant at;
    mqtt::Publish publish;
    Instant expires_at = kNever;
};

std::string encode(const StreamOptionsRecord& record);
std::optional<StreamOptionsRecord> decode_stream(std::string_view bytes);
std::string encode_stream_record(Instant at, const session::Message& message);
std::optional<StreamRecord> decode_stream_record(std::string_view bytes);
std::string encode(const StreamLog::Segment& segment);  // without its first offset, which is in the key
std::optional<StreamLog::Segment> decode_stream_segment(std::string_view bytes);
std::string encode(const session::StreamCursor& cursor);
std::optional<session::StreamCursor> decode_stream_cursor(std::string_view bytes);

}  // namespace dray::shard
