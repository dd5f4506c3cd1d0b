// Slab<T>: objects under 32-bit numbers, in blocks that never move. Half the size of a pointer, and a freed
// number is used again before memory grows. One shard owns it; no locks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/assert.h"

namespace dray::topics {

template <typename T>
class Slab {
  public:
    // The new object is as T's default constructor makes it.
    std::uint32_t allocate() {
        if (free_.empty()) {
            if (next_ == blocks_.size() * kBlockSize) blocks_.push_back(std::make_unique<Block>());
            return next_++;
        }
        const std::uint32_t index = free_.back();
        free_.pop_back();
        return index;
    }
    void free(std::uint32_t index) {
        (*this)[index] = T{};
        free_.push_back(index);
    }

    T& operator[](std::uint32_t index) { return (*blocks_[index / kBlockSize])[index % kBlockSize]; }
    const T& operator[](std::uint32_t index) const {
        return (*blocks_[index / kBlockSize])[index % kBlockSize];
    }

    std::size_t size() const { return next_ - free_.size(); }
    std::size_t memory_bytes() const {
        return blocks_.size() * sizeof(Block) + free_.capacity() * sizeof(std::uint32_t);
    }

  private:
    static constexpr std::uint32_t kBlockSize = 256;
    using Block = std::array<T, kBlockSize>;

    std::vector<std::unique_ptr<Block>> blocks_;
    std::vector<std::uint32_t> free_;
    std::uint32_t next_ = 0;
};

}  // namespace dray::topics
