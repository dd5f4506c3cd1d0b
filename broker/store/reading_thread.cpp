#include "store/reading_thread.h"

#include <pthread.h>
#include <sched.h>

#include <utility>

namespace dray::store {

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
    // Who asked goes on: a thread that was woken would otherwise take its processor, for as long as a reading
    // takes.
    const sched_param none{};
    ::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none);

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
