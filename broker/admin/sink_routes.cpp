#include "admin/sink_routes.h"

#include <algorithm>

#include "admin/json_response.h"
#include "admin/stream_routes.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;

const char* state_of(const sink::Figures& sink) {
    if (sink.is_stopped) return "stopped";
    return sink.is_up ? "up" : "down";
}

ordered_json to_json(const sink::Figures& sink, std::span<const shard::StreamInfo> streams) {
    return {{"name", sink.name},
            {"kind", sink.kind},
            {"destination", sink.destination},
            {"stream", sink.stream},
            {"client_id", sink.client_id},
            {"state", state_of(sink)},
            {"why", sink.why()},
            {"lag", lag_of(sink, streams)},
            {"unacknowledged", sink.unacknowledged.load()},
            {"messages", sink.messages.load()},
            {"repeated", sink.repeated.load()},
            {"refused", sink.refused.load()},
            {"dead_lettered", sink.dead_lettered.load()},
            {"connects", sink.connects.load()},
            {"failures", sink.failures.load()}};
}

}  // namespace

std::uint64_t lag_of(const sink::Figures& sink, std::span<const shard::StreamInfo> streams) {
    const auto stream = std::ranges::find(
        streams, sink.stream,
        [](const shard::StreamInfo& info) -> const std::string& { return info.options.name; });
    if (stream == streams.end()) return 0;
    // What it was given and has not acknowledged is behind its reader.
    if (const std::uint64_t position = sink.position; position != 0)
        return stream->next_offset - std::min(position, stream->next_offset);
    const auto reader =
        std::ranges::find(stream->readers, sink.client_id, &shard::StreamInfo::Reader::client_id);
    return reader == stream->readers.end() ? 0 : reader->lag;
}

void add_sink_routes(Router& router, const Context& context) {
    router.add("GET", "/api/v1/sinks", [&context](const std::shared_ptr<Call>& call) {
        list_streams(context, [&context, call](const std::optional<std::vector<shard::StreamInfo>>& streams) {
            if (!streams) return call->respond(to_response(kShardSilent));
            ordered_json all = ordered_json::array();
            for (const sink::Figures* sink : context.sinks) all.push_back(to_json(*sink, *streams));
            call->respond(json_response({{"sinks", all}}));
        });
    });
}

}  // namespace dray::admin
