#include "store/rocks_files.h"

#include <rocksdb/env.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_manager.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace dray::store {

namespace {

using rocksdb::ColumnFamilyDescriptor;
using rocksdb::ColumnFamilyHandle;
using rocksdb::Status;

bool has_file(const std::string& folder, bool (*is_it)(const std::string& name)) {
    std::error_code ignored;
    const std::filesystem::directory_iterator files(folder, ignored);
    return std::any_of(begin(files), end(files),
                       [is_it](const auto& entry) { return is_it(entry.path().filename()); });
}

bool is_log(const std::string& name) {
    return name.ends_with(".log");
}
bool is_of_database(const std::string& name) {
    return is_log(name) || name.starts_with("MANIFEST-") || name.ends_with(".sst");
}
bool is_table(const std::string& name) {
    return std::ranges::find(kTableNames, name) != kTableNames.end();
}

constexpr std::uint64_t kPieceBytes = 1ULL << 20;
constexpr std::int64_t kDeletionBytesPerSecond = 512LL << 20;

std::shared_ptr<rocksdb::SstFileManager> piecewise_deleter() {
    // However much there is to delete beside what is kept, it is never deleted at once.
    constexpr double kMaxTrashRatio = 1e6;
    return std::shared_ptr<rocksdb::SstFileManager>(
        rocksdb::NewSstFileManager(rocksdb::Env::Default(), nullptr, "", kDeletionBytesPerSecond, true,
                                   nullptr, kMaxTrashRatio, kPieceBytes));
}

rocksdb::ColumnFamilyOptions table_options(const std::string& name, const rocksdb::Options& options) {
    rocksdb::ColumnFamilyOptions table(options);
    // Each session's pages come in the order of their keys: the place of the last is a hint for the next.
    if (name == kTableNames[static_cast<std::size_t>(shard::Table::kEntries)]) {
        table.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(8));
    }
    return table;
}

}  // namespace

rocksdb::Options database_options() {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    // A group that was not synced whole when the power went was never acknowledged; anything else that is
    // wrong with the log is damage, and said so.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    options.paranoid_checks = true;
    // Most records are gone before they come further down; it is not worth the time to compress them.
    options.compression_per_level = {rocksdb::kNoCompression, rocksdb::kNoCompression,
                                     rocksdb::kLZ4Compression};
    options.max_background_jobs = 2;
    // What has to be read again at the start, before anybody is served.
    options.max_total_wal_size = 64ULL << 20;
    // A table full by itself and the limit above may come within milliseconds of each other, and both flush:
    // with fewer of them commits would stand still until the first is on the disk.
    options.write_buffer_size = 32ULL << 20;
    options.max_write_buffer_number = 4;
    // A sync of the log waits for what the file system has begun. So that it has never begun much, tables are
    // written, and old files given back to it, piece by piece.
    options.bytes_per_sync = kPieceBytes;
    options.sst_file_manager = piecewise_deleter();
    options.avoid_flush_during_recovery = true;
    options.keep_log_file_num = 2;
    options.max_log_file_size = 1 << 20;
    options.max_open_files = 512;
    options.stats_dump_period_sec = 0;
    return options;
}

Status open_database(const rocksdb::Options& options, const std::string& folder, OpenMode mode,
                     OpenDatabase& opened) {
    std::vector<std::string> names;
    const Status listed = rocksdb::DB::ListColumnFamilies(options, folder, &names);
    if (!listed.ok()) {
        if (has_file(folder, is_of_database)) return Status::Corruption(listed.ToString());
        if (mode != OpenMode::kReadWrite) return Status::NotFound("there is no store");
        names = {rocksdb::kDefaultColumnFamilyName};
    }
    // A database without tables may have been left in the moment in which it was made.
    if (mode != OpenMode::kSalvage && std::ranges::any_of(names, is_table) && !has_file(folder, is_log)) {
        return Status::Corruption("its log is gone");
    }
    // Those of a later version are opened too, so that its format can be read and named.
    for (const char* name : kTableNames) {
        if (mode != OpenMode::kReadWrite || std::ranges::find(names, name) != names.end()) continue;
        names.emplace_back(name);
    }
    std::vector<ColumnFamilyDescriptor> descriptors;
    descriptors.reserve(names.size());
    for (const std::string& name : names) descriptors.emplace_back(name, table_options(name, options));
    std::vector<ColumnFamilyHandle*> handles;
    rocksdb::DB* database = nullptr;
    const Status status =
        mode == OpenMode::kReadWrite
            ? rocksdb::DB::Open(options, folder, descriptors, &handles, &database)
            : rocksdb::DB::OpenForReadOnly(options, folder, descriptors, &handles, &database);
    if (!status.ok()) return status;
    opened.database.reset(database);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto known = std::ranges::find(kTableNames, names[i]);
        if (known == kTableNames.end()) {
            opened.others.emplace_back(handles[i]);
        } else {
            opened.tables[static_cast<std::size_t>(known - kTableNames.begin())].reset(handles[i]);
        }
    }
    return status;
}

std::string describe_refusal(const std::string& folder, const Status& status) {
    const std::string why = status.ToString();
    if (status.IsCorruption()) {
        return "the store in " + folder + " is damaged: " + why + ". `drayctl store check " + folder +
               "` says what is wrong, `drayctl store repair " + folder +
               "` saves what can be saved. Or restore the folder from a backup, or move it away to start "
               "empty";
    }
    if (why.find("lock") != std::string::npos) {
        return "the store in " + folder + " is in use by another process (" + why + ")";
    }
    return "cannot open the store in " + folder + ": " + why;
}

}  // namespace dray::store
