// Where the bytes of one write come together: small things are copied side by side into a scratch block,
// large payloads stay where they are and are pointed at. One batch serves all connections of a shard, one
// after the other, so idle connections own no write buffer. The pieces are valid until clear() and as long as
// the outbox they came from is untouched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "base/assert.h"
#include "base/byte_view.h"

namespace dray::session {

class GatherBatch {
  public:
    static constexpr std::size_t kCopyBytesMax = 2048;  // longer runs are pointed at
    static constexpr std::size_t kPiecesMax = 256;      // below IOV_MAX

    explicit GatherBatch(std::size_t scratch_bytes = 256 * 1024)
        : scratch_(std::make_unique_for_overwrite<std::uint8_t[]>(scratch_bytes)), capacity_(scratch_bytes) {}

    void clear() {
        pieces_.clear();
        used_ = open_from_ = bytes_ = 0;
    }
    // Room for a packet of which `copied` bytes are copied and at most one run is pointed at.
    bool has_room(std::size_t copied) const {
        return used_ + copied <= capacity_ && pieces_.size() + 3 <= kPiecesMax;
    }

    // Only while empty.
    void grow(std::size_t scratch_bytes) {
        DRAY_ASSERT(bytes_ == 0);
        scratch_ = std::make_unique_for_overwrite<std::uint8_t[]>(scratch_bytes);
        capacity_ = scratch_bytes;
    }
    std::uint8_t* reserve(std::size_t bytes) {
        DRAY_ASSERT(used_ + bytes <= capacity_);
        return scratch_.get() + used_;
    }
    void commit(std::size_t bytes) {
        used_ += bytes;
        bytes_ += bytes;
    }
    void copy(ByteView bytes) {
        if (bytes.empty()) return;
        std::memcpy(reserve(bytes.size()), bytes.data(), bytes.size());
        commit(bytes.size());
    }
    void point_at(ByteView bytes) {
        close_run();
        pieces_.push_back(bytes);
        bytes_ += bytes.size();
    }

    // All that was gathered, in order.
    std::span<const ByteView> pieces() {
        close_run();
        return pieces_;
    }
    std::size_t bytes() const { return bytes_; }
    std::size_t capacity() const { return capacity_; }

  private:
    void close_run() {
        if (used_ > open_from_) pieces_.push_back({scratch_.get() + open_from_, used_ - open_from_});
        open_from_ = used_;
    }

    std::unique_ptr<std::uint8_t[]> scratch_;
    std::size_t capacity_;
    std::size_t used_ = 0;
    std::size_t open_from_ = 0;  // where the run of copied bytes began that is not a piece yet
    std::size_t bytes_ = 0;
    std::vector<ByteView> pieces_;
};

}  // namespace dray::session
