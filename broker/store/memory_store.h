// The store that keeps nothing: everything is gone with the process.
#pragma once

#include "shard/store_port.h"

namespace dray::store {

class MemoryStore final : public shard::StorePort {
  public:
    bool keeps() const override { return false; }
    std::string_view durability() const override { return "memory"; }
    std::uint64_t safe_position() const override { return 0; }
    std::string scan_readable(shard::Table, std::string_view, std::string_view, const Visit&) const override {
        return {};
    }
    std::string last_key(shard::Table) const override { return {}; }
    void commit(shard::ShardIndex, shard::StoreSequence, shard::StoreBatch) override {}
    shard::StoreSequence durable(shard::ShardIndex) const override { return 0; }
    void read(shard::ShardIndex, shard::StoreRead) override {}
    std::vector<shard::StoreReadDone> take_read(shard::ShardIndex) override { return {}; }
};

}  // namespace dray::store
