// Blocks of memory that come and go with messages: what a thread gives up it keeps for the next that it
// needs. malloc does so for seven blocks of a size; a turn has thousands of messages, which go together at
// its end, and malloc then merges each with its neighbours only to cut it off again.
//
//     BlockCache cache;                               a reactor owns one, and its thread uses it for as long
//     const BlockCache::InUse in_use(cache);          as this lives
//     BlockCache::take(bytes) … give(block, bytes)    by whatever runs on that thread
//
// Every block is malloc's, so another thread may give up what this one took, and keeps it for itself. On a
// thread without a cache, and for blocks over kBlockBytesMax, malloc and free serve. Under AddressSanitizer
// they always do: it is to see the end of every block.
#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace dray {

class BlockCache {
  public:
    static constexpr std::size_t kSizes = 64;  // in steps of 16 bytes
    static constexpr std::size_t kBlockBytesMax = 16 * kSizes - 8;
    // Kept, of one size and in all.
    static constexpr std::size_t kSizeBytesMax = 1024 * 1024;
    static constexpr std::size_t kBytesMax = 4 * kSizeBytesMax;

    BlockCache() = default;
    BlockCache(const BlockCache&) = delete;
    BlockCache& operator=(const BlockCache&) = delete;
    ~BlockCache();

    class InUse {
      public:
        explicit InUse(BlockCache& cache) : before_(current_) {
            if (kKeeps) current_ = &cache;
        }
        InUse(const InUse&) = delete;
        InUse& operator=(const InUse&) = delete;
        ~InUse() { current_ = before_; }

      private:
        BlockCache* before_;
    };

    static void* take(std::size_t bytes) {  // throws std::bad_alloc
        const std::size_t number = number_of(bytes);
        if (current_ != nullptr && number < kSizes) {
            if (Block* const block = current_->shelves_[number].first) {
                current_->remove(number);
                return block;
            }
        }
        return allocate(bytes);
    }
    // `bytes`: as it was taken.
    static void give(void* block, std::size_t bytes) {
        const std::size_t number = number_of(bytes);
        if (current_ == nullptr || number >= kSizes || !current_->has_room(number)) return std::free(block);
        current_->add(number, block);
    }

    std::size_t bytes() const { return bytes_; }

#if defined(__SANITIZE_ADDRESS__)
    static constexpr bool kKeeps = false;
#elif defined(__has_feature)
    static constexpr bool kKeeps = !__has_feature(address_sanitizer);
#else
    static constexpr bool kKeeps = true;
#endif

  private:
    struct Block {
        Block* next;
    };
    struct Shelf {
        Block* first = nullptr;
        std::size_t bytes = 0;
    };

    // 8, 24, 40 … bytes: what malloc hands out anyway (its own 8 make it a multiple of 16).
    static constexpr std::size_t number_of(std::size_t bytes) {
        return (bytes + 7) / 16;
    }
    static constexpr std::size_t size_of(std::size_t number) {
        return number * 16 + 8;
    }

    static void* allocate(std::size_t bytes);
    bool has_room(std::size_t number) const {
        return shelves_[number].bytes + size_of(number) <= kSizeBytesMax &&
               bytes_ + size_of(number) <= kBytesMax;
    }
    void add(std::size_t number, void* memory) {
        Shelf& shelf = shelves_[number];
        shelf.first = new (memory) Block{shelf.first};
        shelf.bytes += size_of(number);
        bytes_ += size_of(number);
    }
    void remove(std::size_t number) {
        Shelf& shelf = shelves_[number];
        shelf.first = shelf.first->next;
        shelf.bytes -= size_of(number);
        bytes_ -= size_of(number);
    }

    static inline constinit thread_local BlockCache* current_ = nullptr;

    std::array<Shelf, kSizes> shelves_;
    std::size_t bytes_ = 0;
};

}  // namespace dray
