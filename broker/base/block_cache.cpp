#include "base/block_cache.h"

namespace dray {

BlockCache::~BlockCache() {
    for (Shelf& shelf : shelves_) {
        while (Block* const block = shelf.first) {
            shelf.first = block->next;
            std::free(block);
        }
    }
}

// Rounded up on every thread: whoever gives the block up may keep it as one of its size.
void* BlockCache::allocate(std::size_t bytes) {
    const std::size_t number = number_of(bytes);
    void* const block = std::malloc(number < kSizes ? size_of(number) : bytes);
    if (block == nullptr) throw std::bad_alloc();
    return block;
}

}  // namespace dray
