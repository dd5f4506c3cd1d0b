// Sinks over HTTP: how far they are, and what they stand still for.
//
//     GET /api/v1/sinks    all, in the order of the configuration
#pragma once

#include <cstdint>
#include <span>

#include "admin/context.h"
#include "admin/router.h"
#include "shard/stream_requests.h"
#include "sink/figures.h"

namespace dray::admin {

void add_sink_routes(Router& router, const Context& context);

// Messages of its stream that the other side has not confirmed; 0 if there is no such stream.
std::uint64_t lag_of(const sink::Figures& sink, std::span<const shard::StreamInfo> streams);

}  // namespace dray::admin
