#include "admin/stream_routes.h"

#include "admin/named_routes.h"
#include "admin/stream_json.h"

namespace dray::admin {

namespace {

struct Streams {
    using Options = shard::StreamOptions;
    using Info = shard::StreamInfo;
    using Request = shard::StreamRequest;
    using Reply = shard::StreamReply;
    using List = shard::ListStreams;
    using Create = shard::CreateStream;
    using Delete = shard::DeleteStream;
    static constexpr const char* kNoun = "stream";
    static constexpr const char* kPlural = "streams";

    static shard::ShardIndex home(const std::string& name, shard::ShardIndex shards) {
        return shard::home_of_stream(name, shards);
    }
    static std::vector<Info>& found(Reply& reply) { return reply.streams; }
    static std::optional<Problem> read(const std::string& body, Options& options) {
        return read_stream_options(body, options);
    }
    static nlohmann::ordered_json to_json(const Info& stream) { return stream_json(stream); }
    static int status_of(const Reply& reply) {
        switch (reply.error) {
            case shard::StreamError::kNone:
                return 200;
            case shard::StreamError::kUnknown:
                return 404;
            case shard::StreamError::kInvalid:
                return 400;
        }
        return 400;
    }
};

}  // namespace

void list_streams(const Context& context,
                  std::function<void(std::optional<std::vector<shard::StreamInfo>>)> then) {
    NamedRoutes<Streams>::find_all(context, std::move(then));
}

void add_stream_routes(Router& router, const Context& context) {
    NamedRoutes<Streams>::add_to(router, context);
}

}  // namespace dray::admin
