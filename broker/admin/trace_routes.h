// Following a client, or the messages of some topics, step by step, as server-sent events (shard/traces.h):
//
//     GET /api/v1/trace?client=v-0042
//     GET /api/v1/trace?topic=order/%23&payload=true&payload_bytes_max=4096&lines_per_s_max=200
//
//     data: {"time": "2026-03-01T12:00:00.123Z", "step": "publish", "client": "v-0042", "topic": …}
//
// One event a step; which steps there are, and with what, is in the description of the API. The head comes
// when every shard watches. The shards are asked kTraceInterval after the last events have left, so steps
// come that much late, in the order of their time; a watcher who does not read misses steps, which are
// counted in an event of step "left-out" with "lines". It ends with the watcher's connection.
#pragma once

#include <chrono>

#include "admin/context.h"
#include "admin/router.h"

namespace dray::admin {

inline constexpr std::chrono::milliseconds kTraceInterval{100};

// Both outlive the router's last call.
void add_trace_routes(Router& router, const Context& context);

}  // namespace dray::admin
