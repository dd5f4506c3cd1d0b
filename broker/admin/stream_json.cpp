#include "admin/stream_json.h"

#include "admin/fields.h"
#include "base/iso_time.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;

// Every option once: what is listed here is read and shown.
template <typename Options, typename Visit>
void for_each_stream_option(Options& options, Visit visit) {
    visit("name", options.name);
    visit("filters", options.filters);
    visit("retention_bytes", options.retention_bytes);
    visit("retention_s", options.retention_s);
}

}  // namespace

std::optional<Problem> read_stream_options(const std::string& body, shard::StreamOptions& options) {
    Fields fields(body);
    for_each_stream_option(options, [&fields](const char* name, auto& value) { fields.read(name, value); });
    if (auto problem = fields.finish()) return problem;
    if (const auto mistake = find_mistake(options)) return Problem{400, mistake->what, mistake->option};
    return std::nullopt;
}

ordered_json stream_json(const shard::StreamInfo& stream) {
    ordered_json options = ordered_json::object();
    for_each_stream_option(stream.options,
                           [&options](const char* name, const auto& value) { options[name] = value; });
    ordered_json readers = ordered_json::array();
    for (const auto& reader : stream.readers) {
        readers.push_back({{"client_id", reader.client_id},
                           {"filter", reader.filter},
                           {"offset", reader.offset},
                           {"lag", reader.lag}});
    }
    const bool is_empty = stream.first_offset == stream.next_offset;
    return {{"name", stream.options.name},
            {"first_offset", stream.first_offset},
            {"next_offset", stream.next_offset},
            {"messages", stream.next_offset - stream.first_offset},
            {"bytes", stream.bytes},
            {"oldest_at", is_empty ? ordered_json() : ordered_json(to_iso_time(stream.oldest_at))},
            {"newest_at", is_empty ? ordered_json() : ordered_json(to_iso_time(stream.newest_at))},
            {"readers", readers},
            {"options", options}};
}

}  // namespace dray::admin
