// Streams: /api/v1/streams, as named_routes.h says.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "admin/context.h"
#include "admin/router.h"
#include "shard/stream_requests.h"

namespace dray::admin {

// All of all shards, by name; nothing if a shard does not answer in time.
void list_streams(const Context& context,
                  std::function<void(std::optional<std::vector<shard::StreamInfo>>)> then);

void add_stream_routes(Router& router, const Context& context);

}  // namespace dray::admin
