// The two brokers that a bridge connects.
#pragma once

#include <cstdint>

namespace dray::bridge {

enum class Side : std::uint8_t { kLocal, kRemote };

constexpr Side other(Side side) {
    return side == Side::kLocal ? Side::kRemote : Side::kLocal;
}

}  // namespace dray::bridge
