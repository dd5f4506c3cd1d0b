// Hashes of topic levels. Seeded, so that a peer cannot pick levels that all fall into one slot. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace dray::topics {

std::uint64_t hash_level(std::string_view level, std::uint64_t seed);

// The hash of a level under its parent node, folded to the width of FlatIndex.
inline std::uint32_t hash_child(std::uint32_t parent, std::uint64_t level_hash) {
    const std::uint64_t mixed = (level_hash ^ parent * 0x9e3779b97f4a7c15ULL) * 0xd6e8feb86659fd93ULL;
    return static_cast<std::uint32_t>(mixed >> 32);
}

}  // namespace dray::topics
