#include "store/offline_store.h"

#include <rocksdb/env.h>

#include <filesystem>
#include <stdexcept>

#include "shard/records.h"

namespace dray::store {

namespace {

using rocksdb::Iterator;
using rocksdb::Status;

bool holds_files(const std::filesystem::path& folder) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        if (entry.is_regular_file(ignored)) return true;
    }
    return false;
}

}  // namespace

std::string store_folder(const std::string& folder) {
    const std::filesystem::path within = std::filesystem::path(folder) / "store";
    if (holds_files(within)) return within;
    if (holds_files(folder)) return folder;
    throw std::runtime_error("there is no store in " + folder + ": give the data_dir of a broker");
}

StoreLock::StoreLock(const std::string& folder) {
    if (!rocksdb::Env::Default()->LockFile(folder + "/LOCK", &lock_).ok()) {
        throw std::runtime_error("the store in " + folder + " is in use: stop the broker first");
    }
}

StoreLock::~StoreLock() {
    rocksdb::Env::Default()->UnlockFile(lock_);
}

std::string read_format(const std::string& folder, const OpenDatabase& opened) {
    std::string format;
    if (!opened.database->Get({}, kFormatKey, &format).ok()) return {};
    if (format == shard::kStoreFormat) return format;
    throw std::runtime_error("the store in " + folder + " has the format \"" + format +
                             "\", and this version knows only \"" + std::string(shard::kStoreFormat) +
                             "\": use the drayctl of the version that wrote it");
}

Status visit_readable(const OpenDatabase& opened, shard::Table table, const VisitRecord& visit) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const std::unique_ptr<Iterator> at(opened.database->NewIterator(options, opened.handle(table)));
    std::string last;
    bool any = false;
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
        visit(text(at->key()), text(at->value()));
        last.assign(at->key().data(), at->key().size());
        any = true;
    }
    Status status = at->status();
    if (status.ok()) return status;
    const std::unique_ptr<Iterator> back(opened.database->NewIterator(options, opened.handle(table)));
    for (back->SeekToLast(); back->Valid() && !(any && text(back->key()) <= last); back->Prev()) {
        visit(text(back->key()), text(back->value()));
    }
    return status;
}

}  // namespace dray::store
