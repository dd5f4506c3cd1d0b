// The broker as a whole at one moment: what all shards say, added up.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "admin/context.h"
#include "shard/queue_requests.h"
#include "shard/statistics.h"
#include "shard/stream_requests.h"

namespace dray::admin {

struct Overview {
    std::string version;
    std::vector<ListenerAddress> listeners;
    std::string client_user;  // as whom operators may be clients; empty: none
    std::uint64_t uptime_ms = 0;
    shard::ShardIndex shards = 0;
    bool store_keeps = false;  // anything, on disk
    bool store_works = true;
    shard::Statistics statistics;
    std::vector<shard::QueueInfo> queues;
    std::vector<shard::StreamInfo> streams;
    std::vector<const bridge::Figures*> bridges;
    std::vector<const sink::Figures*> sinks;
};

// Nothing if a shard does not answer in time. `context` outlives the call.
void look_around(const Context& context, std::function<void(std::optional<Overview>)> then);

}  // namespace dray::admin
