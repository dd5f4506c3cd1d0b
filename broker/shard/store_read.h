// A reading of the store that its shard does not wait for: an effect, answered later. For whatever may have
// to come from the disk while clients are being served.
#pragma once

#include <cstdint>
#include <string>

#include "shard/store_batch.h"

namespace dray::shard {

// What is committed under keys that begin with `prefix`, from the key `from` on, in the order of their bytes:
// until it is `records_max` records or more than `bytes_max` bytes.
struct StoreRead {
    std::uint64_t ticket = 0;  // the shard's own
    Table table{};
    std::string prefix;
    std::string from;
    std::uint32_t records_max = 0;
    std::uint32_t bytes_max = 0;
};

struct StoreReadDone {
    std::uint64_t ticket = 0;
    StoreBatch records;  // as if to put them
    std::string wrong;   // what could not be read, and was passed over
};

}  // namespace dray::shard
