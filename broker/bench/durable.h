// What it costs to keep messages: QoS 1 into sessions whose clients are away. A latency is from sending a
// PUBLISH to its PUBACK.
#pragma once

#include "bench/run_options.h"

namespace dray::bench {

struct DurableOptions {
    int sessions = 100;  // "d0" ..., each takes <topics>/<its number>
    int publishers = 100;
    int window = 20;                // of each publisher, not acknowledged yet
    std::uint64_t messages = 0;     // 0: by time
    bool without_sessions = false;  // somebody else takes them: a queue, a stream
};

Figures run_durable(const DurableOptions& durable, const RunOptions& options);

}  // namespace dray::bench
