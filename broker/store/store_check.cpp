#include "store/store_check.h"

#include "shard/record_check.h"
#include "store/offline_store.h"

namespace dray::store {

namespace {

using rocksdb::Status;
using shard::RecordCheck;
using shard::Table;

void check_table(const OpenDatabase& opened, Table table, RecordCheck& check, StoreReport& report) {
    const std::string name = kTableNames[static_cast<std::size_t>(table)];
    if (opened.handle(table) == nullptr) return;  // of a version before there was such a table
    StoreReport::Count count{.table = name};
    const Status status = visit_readable(opened, table, [&](std::string_view key, std::string_view value) {
        ++count.records;
        count.bytes += key.size() + value.size();
        const RecordCheck::Verdict verdict = check.look_at(table, key, value);
        if (verdict.wrong.empty()) return;
        auto& found = verdict.is_leftover ? report.leftovers : report.faults;
        found.push_back({name, describe_key(table, key), verdict.wrong, verdict.is_leftover});
    });
    if (!status.ok()) {
        report.faults.push_back({name, "", "some of its records cannot be read: " + status.ToString()});
    }
    report.counts.push_back(count);
}

}  // namespace

StoreReport check_store(const std::string& folder) {
    StoreReport report;
    report.folder = store_folder(folder);
    const StoreLock lock(report.folder);
    OpenDatabase opened;
    const Status status = open_database(database_options(), report.folder, OpenMode::kReadOnly, opened);
    if (!status.ok()) {
        report.faults.push_back({"", "", "cannot be opened: " + status.ToString()});
        return report;
    }
    report.format = read_format(report.folder, opened);
    report.position = opened.database->GetLatestSequenceNumber();
    if (report.format.empty()) report.faults.push_back({"", "", "does not say which format it has"});
    const Status checksums = opened.database->VerifyChecksum();
    if (!checksums.ok()) report.faults.push_back({"", "", "a checksum is wrong: " + checksums.ToString()});
    RecordCheck check;
    for (const Table table : RecordCheck::kOrder) check_table(opened, table, check, report);
    return report;
}

}  // namespace dray::store
