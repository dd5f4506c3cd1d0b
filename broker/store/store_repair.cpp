#include "store/store_repair.h"

#include <rocksdb/convenience.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <stdexcept>

#include "shard/queue_records.h"
#include "shard/record_check.h"
#include "store/offline_store.h"
#include "store/salvage.h"

namespace dray::store {

namespace {

namespace fs = std::filesystem;
using rocksdb::Status;
using shard::RecordCheck;
using shard::Table;

constexpr std::size_t kBatchBytes = 1 << 20;

void or_throw(const Status& status, const std::string& what) {
    if (!status.ok()) throw std::runtime_error(what + ": " + status.ToString());
}

// Records on their way into the new store, a batch at a time.
class Copy {
  public:
    explicit Copy(const std::string& folder) {
        or_throw(open_database(database_options(), folder, OpenMode::kReadWrite, opened_),
                 "cannot make a new store in " + folder);
        or_throw(batch_.Put(kFormatKey, slice(shard::kStoreFormat)), "cannot write");
    }

    void put(Table table, std::string_view key, std::string_view value) {
        or_throw(batch_.Put(opened_.handle(table), slice(key), slice(value)), "cannot write");
        if (batch_.GetDataSize() > kBatchBytes) write(false);
    }
    void erase(Table table, std::string_view key) {
        or_throw(batch_.Delete(opened_.handle(table), slice(key)), "cannot write");
        if (batch_.GetDataSize() > kBatchBytes) write(false);
    }
    void finish() { write(true); }

  private:
    void write(bool sync) {
        rocksdb::WriteOptions how;
        how.sync = sync;
        or_throw(opened_.database->Write(how, &batch_), "cannot write the new store");
        batch_.Clear();
    }

    OpenDatabase opened_;
    rocksdb::WriteBatch batch_;
};

void copy_table(const OpenDatabase& old, Table table, RecordCheck& check, Copy& copy, RepairReport& report) {
    const std::string name = kTableNames[static_cast<std::size_t>(table)];
    if (old.handle(table) == nullptr) return;
    StoreReport::Count kept{.table = name};
    const Status status = visit_readable(old, table, [&](std::string_view key, std::string_view value) {
        const RecordCheck::Verdict verdict = check.look_at(table, key, value);
        if (!verdict.wrong.empty())
            report.lost.push_back({name, describe_key(table, key), verdict.wrong, verdict.is_leftover});
        if (!verdict.wrong.empty() && verdict.progress.empty()) return;
        copy.put(table, key, value);
        if (!verdict.progress.empty()) copy.put(Table::kProgress, key, verdict.progress);
        ++kept.records;
        kept.bytes += key.size() + value.size();
    });
    if (!status.ok()) report.lost.push_back({name, "", "a part cannot be read: " + status.ToString()});
    report.kept.push_back(kept);
}

// What the records that were kept add up to.
void count_queues_anew(const RecordCheck& check, Copy& copy) {
    check.for_each_queue([&copy](shard::StoredNumber number, const shard::QueueMessages::Totals& totals) {
        copy.put(Table::kQueueEntries, shard::key_of(number), shard::encode(totals));
    });
}

// By the pages that were kept. A message that nobody holds is no loss.
void count_holders_anew(const RecordCheck& check, Copy& copy) {
    check.for_each_body([&copy](std::uint64_t number, std::uint32_t holders) {
        const std::string key = shard::key_of(number);
        if (holders > 0) return copy.put(Table::kHolders, key, shard::encode_holders(holders));
        copy.erase(Table::kHolders, key);
        copy.erase(Table::kBodies, key);
    });
}

std::string time_stamp() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
    return text;
}

}  // namespace

RepairReport repair_store(const std::string& folder, RepairOptions options) {
    RepairReport report;
    report.folder = store_folder(folder);
    const std::string fresh = report.folder + ".repaired";
    const std::string backup = report.folder + ".damaged-" + time_stamp();
    fs::remove_all(fresh);
    const StoreLock lock(report.folder);
    {
        Salvage salvage(report.folder, report.steps);
        read_format(report.folder, salvage.opened());
        Copy copy(fresh);
        RecordCheck check;
        for (const Table table : RecordCheck::kOrder)
            copy_table(salvage.opened(), table, check, copy, report);
        count_holders_anew(check, copy);
        count_queues_anew(check, copy);
        copy.finish();
    }
    fs::rename(report.folder, backup);
    fs::rename(fresh, report.folder);
    if (options.keeps_backup) {
        report.backup = backup;
    } else {
        fs::remove_all(backup);
    }
    return report;
}

}  // namespace dray::store
