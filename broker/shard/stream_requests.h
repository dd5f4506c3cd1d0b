// What is asked about streams from outside of all shards (admin/), and the answers. A question about one
// stream goes to its home shard; to list them all, every shard is asked for its own.
//
// Values that cross threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "shard/link_id.h"
#include "shard/stream_options.h"

namespace dray::shard {

ShardIndex home_of_stream(std::string_view name, ShardIndex shards);

struct ListStreams {
    std::string name;  // "" = all that live on this shard
};
// Or changes the options of one that exists; what it holds stays, as far as its retention allows.
struct CreateStream {
    StreamOptions options;
};
// With all that it holds. Its readers get nothing more.
struct DeleteStream {
    std::string name;
};
using StreamAction = std::variant<ListStreams, CreateStream, DeleteStream>;

struct StreamRequest {
    std::uint64_t ticket = 0;  // comes back with the answer
    StreamAction action;
};

// One stream as it stands.
struct StreamInfo {
    StreamOptions options;
    std::uint64_t first_offset = 0;  // of the oldest message that is there ...
    std::uint64_t next_offset = 0;   // ... and of the next to come; the same if there is none
    std::uint64_t bytes = 0;         // with topics and properties
    Instant oldest_at;
    Instant newest_at;
    struct Reader {
        std::string client_id;
        std::string filter;        // of topics; "" = all
        std::uint64_t offset = 0;  // that it takes next
        std::uint64_t lag = 0;     // messages from there to the end
    };
    std::vector<Reader> readers;  // whose clients are connected
};

enum class StreamError : std::uint8_t {
    kNone,
    kUnknown,  // there is no such stream
    kInvalid,  // the options are not
};

struct StreamReply {
    std::uint64_t ticket = 0;
    StreamError error = StreamError::kNone;
    std::string what;                 // the error in words
    std::vector<StreamInfo> streams;  // to ListStreams and CreateStream
};

}  // namespace dray::shard
