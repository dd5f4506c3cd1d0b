// The store on disk: one RocksDB of one folder, a column family for each table, one thread that commits and
// one that reads what shards do not wait for.
//
//     shard 0 --batch 7--\                            /-- durable(0) = 7, wake(0)
//     shard 1 --batch 3---> one write, one sync ------>-- durable(1) = 4, wake(1)
//     shard 1 --batch 4--/
//
// While one group is being synced the next gathers; so the more there is to do, the more share a sync. A
// group is committed as a whole or not at all, in the order in which its batches came.
//
// When the disk refuses (full, failing), nothing is given up: the group is tried again until it works, the
// shards hear that they have to wait, and what was acknowledged before is safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "shard/store_port.h"

namespace dray::store {

struct RocksStoreOptions {
    std::string folder;
    bool sync = true;  // each group is synced; if not, it is given to the operating system
    shard::ShardIndex shards = 1;
};

class RocksStore final : public shard::StorePort {
  public:
    // Soon after each commit, for each shard that had a part in it, and after each reading; on the threads of
    // the store.
    using Wake = std::function<void(shard::ShardIndex)>;

    // Opens or creates it. Throws std::runtime_error with what to do about it, if the folder is in use, was
    // written by another version, or is damaged.
    explicit RocksStore(RocksStoreOptions options);
    ~RocksStore() override;

    // In words, with what to do about it, when the disk refuses, and when it has recovered; on the thread
    // that commits.
    using Report = std::function<void(bool works, const std::string& why)>;

    // Before the first commit().
    void set_wake(Wake wake);
    void set_report(Report report);

    bool keeps() const override { return true; }
    bool works() const override;
    std::string_view durability() const override;
    std::uint64_t safe_position() const override;  // RocksDB's sequence number
    std::string scan_readable(shard::Table table, std::string_view prefix, std::string_view from,
                              const Visit& visit) const override;
    std::string last_key(shard::Table table) const override;

    // Everything that is safe now, as a store in the folder `to`, which must not be there yet, but on the
    // same file system: files that do not change any more are shared by links. Commits go on meanwhile.
    // Returns how far its log goes. Throws std::runtime_error. Any thread.
    std::uint64_t copy_to(const std::string& to) const;

    // --- the thread of that shard ---
    void commit(shard::ShardIndex shard, shard::StoreSequence sequence, shard::StoreBatch batch) override;
    shard::StoreSequence durable(shard::ShardIndex shard) const override;
    void read(shard::ShardIndex shard, shard::StoreRead wanted) override;
    std::vector<shard::StoreReadDone> take_read(shard::ShardIndex shard) override;

    // False if not everything given could be committed in that time.
    bool drain(std::chrono::milliseconds patience);
    // Commits what it was given and wakes nobody any more; reading goes on.
    void close();

  private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace dray::store
