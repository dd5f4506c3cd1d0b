// $SYS/broker/...: mosquitto's names and units, retained, from shard 0, which adds up what all shards report.
#pragma once

#include "shard/shard_message.h"
#include "shard/statistics.h"

namespace dray::shard {

struct Core;

inline constexpr std::size_t kLoadCount = 9;  // kinds of $SYS/broker/load/...

// Reports this shard's numbers to shard 0, or on shard 0 publishes the sums.
void report_statistics(Core& core);
void receive_report(Core& core, ShardIndex from, const Report& report);
// Brings the gauges up to date.
void take_stock(Core& core);

}  // namespace dray::shard
