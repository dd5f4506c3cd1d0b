#include "shard/stream_options.h"

#include "shard/named_takers.h"

namespace dray::shard {

std::optional<StreamMistake> find_mistake(const StreamOptions& options) {
    if (!is_valid_taker_name(options.name)) {
        return StreamMistake{"name", "must be 1 to 200 bytes without '/', '+', '#' and control characters"};
    }
    if (options.filters.empty()) return StreamMistake{"filters", "must have at least one"};
    for (const std::string& filter : options.filters) {
        if (is_attracted_by(filter)) continue;
        return StreamMistake{"filters", "'" + filter + "' is no topic filter that a stream can have"};
    }
    return std::nullopt;
}

}  // namespace dray::shard
