// Runs of stream records that were read from the store a moment ago: for readers that take a few messages at
// a time, and for several that are close to each other. As many as fit in `bytes_max` of all streams; the one
// that was not asked for the longest goes first, and is read again if it is wanted after all.
#pragma once

#include <cstdint>
#include <list>
#include <string_view>
#include <vector>

#include "shard/records.h"
#include "shard/store_batch.h"

namespace dray::shard {

class StreamBlocks {
  public:
    struct Block {
        StoredNumber stream = 0;
        std::uint64_t first = 0;               // offset
        StoreBatch bytes;                      // what the values are views of
        std::vector<std::string_view> values;  // of `first` and those that follow it

        std::uint64_t next() const { return first + values.size(); }
    };

    explicit StreamBlocks(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // The block with that record, or none. Valid until the next add().
    const Block* find(StoredNumber stream, std::uint64_t offset);
    // Keys and values as they stand in the store; at least one. Offsets that do not follow each other end it.
    const Block& add(StoredNumber stream, const StoreBatch& records);

  private:
    std::list<Block> blocks_;  // the last used first
    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
};

}  // namespace dray::shard
