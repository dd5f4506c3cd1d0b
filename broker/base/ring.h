// Ring<T>: a queue in one block of memory that grows by doubling. An empty ring owns nothing, so an idle
// session pays 24 bytes for it (std::deque would take 576). Elements are indexed from the oldest, 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/assert.h"
#include "base/block_cache.h"

namespace dray {

template <typename T>
class Ring {
  public:
    Ring() = default;
    Ring(Ring&& other) noexcept { swap(other); }
    Ring& operator=(Ring&& other) noexcept {
        swap(other);
        return *this;
    }
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    ~Ring() { clear_and_free(); }

    bool empty() const { return count_ == 0; }
    std::size_t size() const { return count_; }
    T& operator[](std::size_t index) { return slots_[wrap(index)]; }
    const T& operator[](std::size_t index) const { return slots_[wrap(index)]; }
    T& front() { return (*this)[0]; }
    T& back() { return (*this)[count_ - 1]; }

    T& push_back(T value) {
        if (count_ == capacity_) grow();
        T* slot = std::construct_at(&slots_[wrap(count_)], std::move(value));
        ++count_;
        return *slot;
    }
    T pop_front() {
        DRAY_ASSERT(count_ > 0);
        T* slot = &slots_[head_];
        T value = std::move(*slot);
        std::destroy_at(slot);
        head_ = (head_ + 1) & (capacity_ - 1);
        --count_;
        return value;
    }
    void clear() {
        while (count_ > 0) pop_front();
    }
    // Gives the memory back as well: for what has become idle.
    void clear_and_free() {
        clear();
        free_slots();
        slots_ = nullptr;
        capacity_ = head_ = 0;
    }

  private:
    std::size_t wrap(std::size_t index) const { return (head_ + index) & (capacity_ - 1); }
    void swap(Ring& other) {
        std::swap(slots_, other.slots_);
        std::swap(capacity_, other.capacity_);
        std::swap(head_, other.head_);
        std::swap(count_, other.count_);
    }
    void free_slots() {
        if (slots_) BlockCache::give(slots_, capacity_ * sizeof(T));
    }
    void grow() {
        static_assert(alignof(T) <= alignof(std::max_align_t));
        const std::uint32_t wider = capacity_ == 0 ? 4 : capacity_ * 2;
        T* slots = static_cast<T*>(BlockCache::take(wider * sizeof(T)));
        for (std::uint32_t i = 0; i < count_; ++i) {
            std::construct_at(&slots[i], std::move((*this)[i]));
            std::destroy_at(&(*this)[i]);
        }
        free_slots();
        slots_ = slots;
        capacity_ = wider;
        head_ = 0;
    }

    T* slots_ = nullptr;
    std::uint32_t capacity_ = 0;  // a power of two, or 0
    std::uint32_t head_ = 0;
    std::uint32_t count_ = 0;
};

}  // namespace dray
