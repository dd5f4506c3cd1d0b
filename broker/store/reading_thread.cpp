#include "store/reading_thread.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace dray::store {

namespace {

// A reading takes as long as twenty messages: a shard that has to work meanwhile takes the processor back.
// The least of shares gives way to all that wakes, and the longest of slices says that it may do so at once;
// kernels before 6.12 know the share only. Were it refused, readings would disturb more, and work.
void yield_to_shards() {
    struct {  // struct sched_attr, as the kernel has it: glibc does not yet
        std::uint32_t size = 48;
        std::uint32_t policy = SCHED_BATCH;
        std::uint64_t flags = 0;
        std::int32_t nice = 19;
        std::uint32_t priority = 0;
        std::uint64_t slice_ns = 100'000'000;
        std::uint64_t deadline = 0;
        std::uint64_t period = 0;
    } attributes;
    ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace

ReadingThread::ReadingThread(shard::ShardIndex shards, Answer answer, Wake wake)
    : answer_(std::move(answer)), wake_(std::move(wake)), shelves_(shards), thread_([this] { run(); }) {}

void ReadingThread::ask(shard::ShardIndex shard, shard::StoreRead wanted) {
    {
        const std::lock_guard lock(mutex_);
        asked_.push_back({shard, std::move(wanted)});
        if (asked_.size() > 1) return;  // the thread is busy, or has been told
    }
    asked_or_stopping_.notify_one();
}

std::vector<shard::StoreReadDone> ReadingThread::take(shard::ShardIndex shard) {
    Shelf& shelf = shelves_[shard];
    if (!shelf.has_some.load(std::memory_order_acquire)) return {};
    const std::lock_guard lock(mutex_);
    shelf.has_some.store(false, std::memory_order_relaxed);
    return std::exchange(shelf.done, {});
}

void ReadingThread::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    asked_or_stopping_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void ReadingThread::run() {
    yield_to_shards();
    for (;;) {
        Asked asked;
        {
            std::unique_lock lock(mutex_);
            asked_or_stopping_.wait(lock, [this] { return !asked_.empty() || stopping_; });
            if (stopping_) return;
            asked = asked_.pop_front();
        }
        shard::StoreReadDone done = answer_(asked.wanted);
        Shelf& shelf = shelves_[asked.shard];
        {
            const std::lock_guard lock(mutex_);
            shelf.done.push_back(std::move(done));
            shelf.has_some.store(true, std::memory_order_release);
        }
        wake_(asked.shard);
    }
}

}  // namespace dray::store
