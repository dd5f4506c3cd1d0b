// A link is one network connection as its shard sees it: an index into the shard's links and a generation, so
// that an id outlives its connection without ever meaning another.
#pragma once

#include <cstdint>

namespace dray::shard {

using ShardIndex = std::uint8_t;
inline constexpr ShardIndex kShardsMax = 64;  // routes are masks of 64 bits
// Not a shard: whoever asks from outside of all of them (admin/). Its questions come to a shard as messages
// from here, and what the shard forwards here is the answer.
inline constexpr ShardIndex kOutside = kShardsMax;

struct LinkId {
    std::uint32_t index = 0;
    std::uint32_t generation = 0;

    friend bool operator==(LinkId, LinkId) = default;
};

}  // namespace dray::shard
