// A store that no broker has open, as check and repair read it. Includes RocksDB; for this room only.
#pragma once

#include <rocksdb/db.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "shard/store_batch.h"
#include "store/rocks_files.h"

namespace dray::store {

// The store's own folder for a data_dir or for itself. Throws std::runtime_error if there is no store.
std::string store_folder(const std::string& folder);

// While it lives, no broker can open that store. Throws std::runtime_error if one has.
class StoreLock {
  public:
    explicit StoreLock(const std::string& folder);
    ~StoreLock();
    StoreLock(const StoreLock&) = delete;
    StoreLock& operator=(const StoreLock&) = delete;

  private:
    rocksdb::FileLock* lock_ = nullptr;
};

// Throws std::runtime_error if the store has the format of another version. Empty: none could be read.
std::string read_format(const std::string& folder, const OpenDatabase& opened);

// Visits every record that can be read, whatever lies between them: forward to the first place that cannot be
// read, and backward from the end down to there. Returns what is wrong with the place, if there is one.
using VisitRecord = std::function<void(std::string_view key, std::string_view value)>;
rocksdb::Status visit_readable(const OpenDatabase& opened, shard::Table table, const VisitRecord& visit);

}  // namespace dray::store
