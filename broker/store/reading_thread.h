// The thread that reads what shards do not want to wait for: one reading after the other, in the order in
// which they were asked for, whichever shard asked.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/ring.h"
#include "shard/link_id.h"
#include "shard/store_read.h"

namespace dray::store {

class ReadingThread {
  public:
    using Answer = std::function<shard::StoreReadDone(const shard::StoreRead&)>;
    using Wake = std::function<void(shard::ShardIndex)>;

    // Both are called on the thread: `answer` reads, `wake` tells a shard that there is something to take.
    ReadingThread(shard::ShardIndex shards, Answer answer, Wake wake);
    ~ReadingThread() { stop(); }

    // --- the thread of that shard ---
    void ask(shard::ShardIndex shard, shard::StoreRead wanted);
    std::vector<shard::StoreReadDone> take(shard::ShardIndex shard);

    // What was asked for and not begun is not answered any more.
    void stop();

  private:
    struct Asked {
        shard::ShardIndex shard = 0;
        shard::StoreRead wanted;
    };
    struct Shelf {
        std::atomic<bool> has_some{false};       // looked at in every turn, without the lock
        std::vector<shard::StoreReadDone> done;  // under the mutex
    };
    void run();

    Answer answer_;
    Wake wake_;
    std::mutex mutex_;
    std::condition_variable asked_or_stopping_;
    Ring<Asked> asked_;  // under the mutex, as is the next
    bool stopping_ = false;
    std::vector<Shelf> shelves_;
    std::thread thread_;
};

}  // namespace dray::store
