// What a shard asks of a durable store: to append records in order, and to say when they are safe. An
// acknowledgement that depends on a record is held until durable() of its sequence number (Shard::durable).
// The in-memory twin is durable at once and keeps nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "session/message.h"

namespace dray::shard {

using StoreSequence = std::uint64_t;  // 0 = nothing to wait for

class StorePort {
  public:
    virtual ~StorePort() = default;
    // Whether records survive the process. If not, the shard does not write any.
    virtual bool keeps() const = 0;
    // Appends, and returns the number to wait for.
    virtual StoreSequence set_retained(const session::MessageRef& message) = 0;
    virtual StoreSequence erase_retained(std::string_view topic) = 0;
};

}  // namespace dray::shard
