// Bits that rot, for tests: gives one record of a store other bytes. No broker may have it open.
//
//     rot_record STORE TABLE AT        AT: its place in the order of the table's keys, from 0
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "store/rocks_files.h"

namespace {

int fail(const char* what) {
    std::fprintf(stderr, "rot_record: %s\n", what);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace dray::store;
    if (argc != 4) return fail("usage: rot_record STORE TABLE AT");
    OpenDatabase opened;
    if (!open_database(database_options(), argv[1], OpenMode::kReadWrite, opened).ok())
        return fail("cannot open");
    std::size_t table = 0;
    while (table < kTableNames.size() && std::string_view(kTableNames.at(table)) != argv[2]) ++table;
    if (table == kTableNames.size()) return fail("there is no such table");
    rocksdb::ColumnFamilyHandle* handle = opened.tables.at(table).get();
    const std::unique_ptr<rocksdb::Iterator> record(opened.database->NewIterator({}, handle));
    record->SeekToFirst();
    for (long left = std::strtol(argv[3], nullptr, 10); left > 0 && record->Valid(); --left) record->Next();
    if (!record->Valid()) return fail("there are not so many records");
    rocksdb::WriteOptions synced;
    synced.sync = true;
    const bool done = opened.database->Put(synced, handle, record->key(), "\xff\xff\xff\xff rotten").ok();
    return done ? 0 : fail("cannot write");
}
