// Where there are so many filters that they lie far away in memory, each message would wait for them alone.
// What is known to come next is therefore looked at some messages ahead, for all of these at once. Changes
// nothing but the time that it takes.
#pragma once

#include <cstddef>
#include <span>

#include "base/byte_view.h"
#include "shard/shard_message.h"

namespace dray::shard {

struct Core;
struct Link;

// What comes on a link, from a first byte of a packet on. Returns how many bytes were looked at, whole
// packets; all of them where there is no need.
std::size_t look_ahead(const Core& core, const Link& link, ByteView bytes);
// What comes from other shards: Shard::kLookAheadMax at most.
void look_ahead(const Core& core, std::span<const ShardMessage* const> messages);

}  // namespace dray::shard
