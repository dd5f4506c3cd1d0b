#include "net/tls_memory.h"

#include <malloc.h>
#include <openssl/crypto.h>

#include <array>
#include <cstdlib>

namespace dray::net {

namespace {

// Of a record with what stands before and behind it, in both directions.
constexpr std::size_t kLeast = std::size_t{16} << 10;
constexpr std::size_t kBlock = std::size_t{20} << 10;
constexpr std::size_t kKept = 16;  // of a thread

class Kept {
  public:
    ~Kept() {
        while (count_ > 0) std::free(blocks_[--count_]);
        is_gone_ = true;
    }
    void* take() { return count_ > 0 ? blocks_[--count_] : nullptr; }
    bool keep(void* block) {
        if (is_gone_ || count_ == kKept) return false;
        blocks_[count_++] = block;
        return true;
    }

  private:
    std::array<void*, kKept> blocks_{};
    std::size_t count_ = 0;
    bool is_gone_ = false;  // what a thread frees while it ends
};

thread_local Kept kept;

bool is_buffer(std::size_t bytes) {
    return bytes >= kLeast && bytes <= kBlock;
}

void* allocate(std::size_t bytes, const char*, int) {
    if (!is_buffer(bytes)) return std::malloc(bytes);
    void* const block = kept.take();
    return block ? block : std::malloc(kBlock);
}

void release(void* block, const char*, int) {
    // No other size of OpenSSL's is near it, and it would do no harm.
    const std::size_t bytes = block ? ::malloc_usable_size(block) : 0;
    if (bytes >= kBlock && bytes < kBlock + 64 && kept.keep(block)) return;
    std::free(block);
}

void* reallocate(void* block, std::size_t bytes, const char*, int) {
    return std::realloc(block, bytes);
}

}  // namespace

void keep_tls_buffers() {
    ::CRYPTO_set_mem_functions(allocate, reallocate, release);
}

}  // namespace dray::net
