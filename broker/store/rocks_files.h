// How the store lies in RocksDB, for all who open it: the broker (rocks_store.h), and whoever looks at one
// that no broker has open (store_check.h). Includes RocksDB; for this room only.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shard/store_batch.h"

namespace dray::store {

// What the tables are called on disk, in the order of shard::Table.
inline constexpr std::array<const char*, shard::kTables> kTableNames{
    "sessions", "subscriptions",   "entries",         "incoming",       "retained", "bodies",
    "queues",   "queue_entries",   "streams",         "stream_records", "delayed",  "progress",
    "holders",  "stream_segments", "stream_promises", "stream_cursors"};
inline constexpr const char* kFormatKey = "format";  // in the default column family

inline rocksdb::Slice slice(std::string_view text) {
    return {text.data(), text.size()};
}
inline std::string_view text(const rocksdb::Slice& slice) {
    return {slice.data(), slice.size()};
}

rocksdb::Options database_options();

struct OpenDatabase {
    OpenDatabase() = default;
    ~OpenDatabase() { close(); }
    OpenDatabase(const OpenDatabase&) = delete;
    OpenDatabase& operator=(const OpenDatabase&) = delete;

    void close() {  // the handles before what they belong to
        for (auto& table : tables) table.reset();
        others.clear();
        database.reset();
    }
    std::unique_ptr<rocksdb::DB> database;
    std::array<std::unique_ptr<rocksdb::ColumnFamilyHandle>, shard::kTables> tables;  // null: not there
    std::vector<std::unique_ptr<rocksdb::ColumnFamilyHandle>> others;  // of RocksDB, or of a later version

    rocksdb::ColumnFamilyHandle* handle(shard::Table table) const {
        return tables[static_cast<std::size_t>(table)].get();
    }
};

// With all its tables; makes the database, and tables that are missing, unless it is only read. A folder with
// the files of a database but without the one that names them, or without any log, is damaged and not new.
enum class OpenMode : std::uint8_t {
    kReadWrite,
    kReadOnly,
    kSalvage,  // read only, even if the log is gone
};
rocksdb::Status open_database(const rocksdb::Options& options, const std::string& folder, OpenMode mode,
                              OpenDatabase& opened);

// That it is in use by another process, damaged, or cannot be opened: in words, and what to do about it.
std::string describe_refusal(const std::string& folder, const rocksdb::Status& status);

}  // namespace dray::store
