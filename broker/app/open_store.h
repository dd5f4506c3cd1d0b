// The store that the configuration asks for, opened.
#pragma once

#include <memory>

#include "app/config.h"
#include "shard/link_id.h"
#include "store/rocks_store.h"

namespace dray::app {

// None if nothing is to be kept. Says in the log what is kept where, and how safely. Throws
// std::runtime_error with what to do about it.
std::unique_ptr<store::RocksStore> open_store(const Config& config, shard::ShardIndex shards);

}  // namespace dray::app
