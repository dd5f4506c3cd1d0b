// The store that keeps nothing: everything is "durable" at once and gone with the process.
#pragma once

#include "shard/store_port.h"

namespace dray::store {

class MemoryStore final : public shard::StorePort {
  public:
    bool keeps() const override { return false; }
    shard::StoreSequence set_retained(const session::MessageRef&) override { return 0; }
    shard::StoreSequence erase_retained(std::string_view) override { return 0; }
};

}  // namespace dray::store
