// A queue from one thread to one other, without locks and without a bound: a chain of chunks.
//
//     sender:   push  push  push  publish            receiver:   take_all
//
//     | taken taken a b c |-> | d e f g h |-> | i j . . . |
//                   ^ receiver            sender ^
//
// Nothing that was pushed can be refused or lost, and the sender never waits. What bounds its length is the
// back-pressure of the shards, not the queue. Pushes become visible by publish(), so that a turn's worth
// costs one shared write. Receiver is who holds the receiver's baton (baton.h), one thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace dray::reactor {

template <typename T, std::size_t kChunkItems = 128>
class MailQueue {
  public:
    static constexpr std::size_t kExpectedMax = std::min<std::size_t>(8, kChunkItems);
    static_assert(kChunkItems % kExpectedMax == 0);

    MailQueue() : head_(new Chunk), tail_(head_) {}
    MailQueue(const MailQueue&) = delete;
    MailQueue& operator=(const MailQueue&) = delete;
    ~MailQueue() {  // both threads are gone
        publish();
        take_all([](T&&) {});
        delete head_;
        delete spare_.load();
    }

    // --- on the sender's thread ---
    void push(T value) {
        if (pushed_ > 0 && pushed_ % kChunkItems == 0) append_chunk();
        std::construct_at(tail_->at(pushed_ % kChunkItems), std::move(value));
        ++pushed_;
    }
    // Returns how many are new. Sequentially consistent: see Mailroom on falling asleep.
    std::uint64_t publish() {
        const std::uint64_t fresh = pushed_ - published_.load(std::memory_order_relaxed);
        if (fresh > 0) published_.store(pushed_);
        return fresh;
    }

    // --- on any thread ---
    // Of what is published, nothing waits to be taken.
    bool empty() const { return published_.load() == taken_.load(std::memory_order_relaxed); }

    // --- on the receiver's thread ---
    // Takes what is published by now, oldest first; expect(std::span<const T>) is shown each beforehand,
    // together with others.
    template <typename Visit, typename Expect>
    void take_all(Visit visit, Expect expect) {
        const std::uint64_t end = published_.load();
        std::uint64_t expected = taken_.load(std::memory_order_relaxed);
        for (std::uint64_t next = expected; next != end;) {
            if (next > 0 && next % kChunkItems == 0) drop_chunk();
            if (next == expected) {
                expected = std::min(end, (next / kExpectedMax + 1) * kExpectedMax);
                expect(std::span<const T>(head_->at(next % kChunkItems), expected - next));
            }
            T* const slot = head_->at(next % kChunkItems);
            taken_.store(++next, std::memory_order_relaxed);
            visit(std::move(*slot));
            std::destroy_at(slot);
        }
    }
    template <typename Visit>
    void take_all(Visit visit) {
        take_all(std::move(visit), [](std::span<const T>) {});
    }

  private:
    struct Chunk {
        Chunk* next = nullptr;  // written before anything in the next chunk is published
        alignas(T) std::array<std::byte, kChunkItems * sizeof(T)> bytes;
        T* at(std::size_t index) { return reinterpret_cast<T*>(bytes.data()) + index; }
    };

    void append_chunk() {
        Chunk* chunk = spare_.exchange(nullptr, std::memory_order_acquire);
        if (!chunk) chunk = new Chunk;
        chunk->next = nullptr;
        tail_ = tail_->next = chunk;
    }
    void drop_chunk() {
        Chunk* const done = std::exchange(head_, head_->next);
        delete spare_.exchange(done, std::memory_order_acq_rel);  // one is kept for the sender
    }

    static constexpr std::size_t kCacheLine = 64;
    alignas(kCacheLine) Chunk* head_;  // receiver's
    std::atomic<std::uint64_t> taken_{0};
    alignas(kCacheLine) Chunk* tail_;  // sender's
    std::uint64_t pushed_ = 0;
    alignas(kCacheLine) std::atomic<std::uint64_t> published_{0};
    std::atomic<Chunk*> spare_{nullptr};
};

}  // namespace dray::reactor
