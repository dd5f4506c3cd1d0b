// The store on a real disk.
#include "store/rocks_store.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

#include "folder.h"
#include "shard/records.h"
#include "store/rocks_files.h"

namespace dray::store {
namespace {

using namespace std::chrono_literals;
using shard::StoreBatch;
using shard::Table;

RocksStoreOptions in(const Folder& folder, shard::ShardIndex shards = 1) {
    return {.folder = folder.path(), .sync = true, .shards = shards};
}

StoreBatch put(Table table, std::string_view key, std::string_view value) {
    StoreBatch batch;
    batch.put(table, key, value);
    return batch;
}

std::map<std::string, std::string> all(const RocksStore& store, Table table, std::string_view prefix = {}) {
    std::map<std::string, std::string> records;
    store.scan(table, prefix, [&](std::string_view key, std::string_view value) {
        records.emplace(key, value);
        return true;
    });
    return records;
}

using Records = std::map<std::string, std::string>;

TEST(RocksStore, WhatWasCommittedIsThereAfterAnotherStart) {
    const Folder folder;
    {
        RocksStore store(in(folder));
        store.commit(0, 1, put(Table::kRetained, "a", "1"));
        store.commit(0, 2, put(Table::kSessions, "a", "2"));
        store.commit(0, 3, put(Table::kRetained, "b", ""));
        ASSERT_TRUE(store.drain(30s));
        EXPECT_EQ(store.durable(0), 3);
    }
    const RocksStore store(in(folder));
    EXPECT_EQ(all(store, Table::kRetained), (Records{{"a", "1"}, {"b", ""}}));
    EXPECT_EQ(all(store, Table::kSessions), (Records{{"a", "2"}}));
    EXPECT_EQ(store.durable(0), 0) << "numbers begin anew";
}

TEST(RocksStore, ChangesOfABatchAreMadeInTheirOrder) {
    const Folder folder;
    RocksStore store(in(folder));
    StoreBatch batch;
    for (const char* key : {"s1x", "s1y", "s2x", "s\xff", "t"}) batch.put(Table::kEntries, key, "old");
    batch.erase_all(Table::kEntries, "s1");
    batch.put(Table::kEntries, "s1z", "new");
    batch.erase(Table::kEntries, "s2x");
    store.commit(0, 1, std::move(batch));
    ASSERT_TRUE(store.drain(30s));
    EXPECT_EQ(all(store, Table::kEntries), (Records{{"s1z", "new"}, {"s\xff", "old"}, {"t", "old"}}));
    EXPECT_EQ(all(store, Table::kEntries, "s"), (Records{{"s1z", "new"}, {"s\xff", "old"}}));
    EXPECT_EQ(all(store, Table::kEntries, "s\xff"), (Records{{"s\xff", "old"}}));
}

StoreBatch body(std::string_view key, std::uint32_t holders) {
    StoreBatch batch;
    batch.put(Table::kBodies, key, "message");
    batch.put(Table::kHolders, key, shard::encode_holders(holders));
    return batch;
}

StoreBatch release(std::string_view key, int times = 1) {
    StoreBatch batch;
    for (int i = 0; i < times; ++i) batch.release(key);
    return batch;
}

TEST(RocksStore, ABodyGoesWithItsLastHolder) {
    const Folder folder;
    {
        RocksStore store(in(folder, 2));
        store.commit(0, 1, body("a", 4));
        store.commit(1, 1, body("b", 1));
        ASSERT_TRUE(store.drain(30s));
        store.commit(0, 2, release("a", 2));
        ASSERT_TRUE(store.drain(30s));
        EXPECT_EQ(all(store, Table::kHolders),
                  (Records{{"a", shard::encode_holders(2)}, {"b", shard::encode_holders(1)}}));
        store.commit(0, 3, release("a"));
        store.commit(1, 2, release("b"));
        ASSERT_TRUE(store.drain(30s));
        EXPECT_EQ(all(store, Table::kBodies), (Records{{"a", "message"}}));
        EXPECT_EQ(store.last_key(Table::kBodies), "a");
    }
    RocksStore store(in(folder, 2));
    store.commit(1, 1, release("a"));
    ASSERT_TRUE(store.drain(30s));
    EXPECT_TRUE(all(store, Table::kBodies).empty());
    EXPECT_TRUE(all(store, Table::kHolders).empty());
    EXPECT_EQ(store.last_key(Table::kBodies), "");
}

TEST(RocksStore, ABodyMayComeAndGoInOneBatch) {
    const Folder folder;
    RocksStore store(in(folder));
    StoreBatch batch = body("a", 2);
    batch.add(release("a", 2));
    batch.add(body("b", 2));
    batch.add(release("b"));
    store.commit(0, 1, std::move(batch));
    ASSERT_TRUE(store.drain(30s));
    EXPECT_EQ(all(store, Table::kBodies), (Records{{"b", "message"}}));
    EXPECT_EQ(all(store, Table::kHolders), (Records{{"b", shard::encode_holders(1)}}));
}

TEST(RocksStore, ARangeIsErasedUpToItsEnd) {
    const Folder folder;
    RocksStore store(in(folder));
    StoreBatch batch;
    for (const char* key : {"a", "b", "ba", "c", "d"}) batch.put(Table::kStreamRecords, key, "");
    batch.erase_range(Table::kStreamRecords, "b", "c");
    store.commit(0, 1, std::move(batch));
    ASSERT_TRUE(store.drain(10s));
    EXPECT_EQ(all(store, Table::kStreamRecords), (Records{{"a", ""}, {"c", ""}, {"d", ""}}));
}

// What is read without waiting, by its ticket.
class Readings {
  public:
    explicit Readings(RocksStore& store) : store_(store) {
        store.set_wake([this](shard::ShardIndex) {
            const std::lock_guard lock(mutex_);
            changed_.notify_one();
        });
    }
    std::string keys(const shard::StoreRead& wanted) {
        store_.read(0, wanted);
        std::vector<shard::StoreReadDone> done;
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 20s, [&] { return !(done = store_.take_read(0)).empty(); }));
        std::string text;
        for (const shard::StoreReadDone& each : done) {
            EXPECT_EQ(each.ticket, wanted.ticket);
            each.records.for_each([&](const StoreBatch::Change& record) {
                text.append(record.key).append("=").append(record.value).append(" ");
            });
        }
        return text;
    }

  private:
    RocksStore& store_;
    std::mutex mutex_;
    std::condition_variable changed_;
};

TEST(RocksStore, ReadsWithoutHoldingUpWhoAsks) {
    const Folder folder;
    RocksStore store(in(folder));
    Readings readings(store);
    StoreBatch batch;
    for (const char* key : {"a1", "b1", "b2", "b3", "c1"}) batch.put(Table::kStreamRecords, key, "xx");
    store.commit(0, 1, std::move(batch));
    ASSERT_TRUE(store.drain(10s));
    EXPECT_EQ(readings.keys({1, Table::kStreamRecords, "b", "b", 10, 100}), "b1=xx b2=xx b3=xx ");
    EXPECT_EQ(readings.keys({2, Table::kStreamRecords, "b", "b2", 10, 100}), "b2=xx b3=xx ");
    EXPECT_EQ(readings.keys({3, Table::kStreamRecords, "b", "b", 2, 100}), "b1=xx b2=xx ");
    EXPECT_EQ(readings.keys({4, Table::kStreamRecords, "b", "b", 10, 5}), "b1=xx b2=xx ");
    EXPECT_EQ(readings.keys({5, Table::kStreamRecords, "b", "b4", 10, 100}), "");
    EXPECT_EQ(readings.keys({6, Table::kStreams, "b", "b", 10, 100}), "");
    store.close();
}

TEST(RocksStore, EachShardIsWokenWhenItsBatchIsSafe) {
    const Folder folder;
    RocksStore store(in(folder, 2));
    std::mutex mutex;
    std::condition_variable changed;
    std::map<shard::ShardIndex, shard::StoreSequence> heard;
    store.set_wake([&](shard::ShardIndex shard) {
        const std::lock_guard lock(mutex);
        heard[shard] = store.durable(shard);
        changed.notify_one();
    });
    for (shard::StoreSequence i = 1; i <= 100; ++i) {
        store.commit(0, i, put(Table::kRetained, "a", std::to_string(i)));
        if (i % 2 == 0) store.commit(1, i / 2, put(Table::kRetained, "b", std::to_string(i)));
    }
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, 30s, [&] { return heard[0] == 100 && heard[1] == 50; }));
    EXPECT_EQ(all(store, Table::kRetained), (Records{{"a", "100"}, {"b", "100"}}));
}

TEST(RocksStore, AFolderThatIsInUseIsRefused) {
    const Folder folder;
    const RocksStore store(in(folder));
    EXPECT_NE(refusal(folder.path()).find("in use by another process"), std::string::npos)
        << refusal(folder.path());
}

TEST(RocksStore, AnotherFormatIsRefusedWithWhatToDo) {
    const Folder folder;
    { const RocksStore store(in(folder)); }
    {
        rocksdb::DB* database = nullptr;
        std::vector<std::string> names;
        ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, folder.path(), &names).ok());
        std::vector<rocksdb::ColumnFamilyDescriptor> tables;
        for (const std::string& name : names) tables.emplace_back(name, rocksdb::ColumnFamilyOptions());
        std::vector<rocksdb::ColumnFamilyHandle*> handles;
        ASSERT_TRUE(rocksdb::DB::Open({}, folder.path(), tables, &handles, &database).ok());
        // A later version, with one more table.
        rocksdb::ColumnFamilyHandle* more = nullptr;
        ASSERT_TRUE(database->CreateColumnFamily({}, "of a later version", &more).ok());
        ASSERT_TRUE(database->Put({}, "format", "dray store 9").ok());
        handles.push_back(more);
        for (auto* handle : handles) database->DestroyColumnFamilyHandle(handle);
        delete database;
    }
    EXPECT_EQ(refusal(folder.path()),
              "the store in " + folder.path() +
                  " has the format \"dray store 9\", and this version knows only \"dray store "
                  "2\". Start the version that wrote it, or move the folder away to start empty");
}

TEST(RocksStore, ADamagedLogIsRefusedWithWhatToDo) {
    const Folder folder;
    {
        RocksStore store(in(folder));
        for (shard::StoreSequence i = 1; i <= 50; ++i) {
            store.commit(0, i, put(Table::kRetained, "topic" + std::to_string(i), std::string(1000, 'x')));
            ASSERT_TRUE(store.drain(30s));
        }
    }
    for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
        if (file.path().extension() != ".log") continue;
        std::fstream log(file.path(), std::ios::in | std::ios::out | std::ios::binary);
        log.seekp(20'000);
        log.write("damage", 6);
    }
    EXPECT_NE(refusal(folder.path()).find("is damaged"), std::string::npos) << refusal(folder.path());
    EXPECT_NE(refusal(folder.path()).find("drayctl store repair "), std::string::npos);
}

// Moves a table from the log into a file of its own, and changes some bytes there.
void rot(const Folder& folder, Table table, std::streamoff at) {
    {
        OpenDatabase opened;
        ASSERT_TRUE(open_database(database_options(), folder.path(), OpenMode::kReadWrite, opened).ok());
        ASSERT_TRUE(opened.database->Flush({}, opened.handle(table)).ok());
    }
    for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
        if (file.path().extension() != ".sst") continue;
        std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(at);
        bytes << "damage";
    }
}

TEST(RocksStore, AroundAPlaceThatCannotBeReadEverythingIsAndWritingGoesOn) {
    const Folder folder;
    const auto key = [](int i) { return "k" + std::to_string(1000 + i); };
    {
        RocksStore store(in(folder));
        StoreBatch batch;
        for (int i = 0; i < 500; ++i) batch.put(Table::kStreamRecords, key(i), std::string(100, 'x'));
        store.commit(0, 1, std::move(batch));
        ASSERT_TRUE(store.drain(30s));
    }
    rot(folder, Table::kStreamRecords, 20'000);
    RocksStore store(in(folder));
    std::vector<std::string> keys;
    const auto visit = [&](std::string_view found, std::string_view) {
        keys.emplace_back(found);
        return true;
    };
    const std::string wrong = store.scan_readable(Table::kStreamRecords, "k", {}, visit);
    EXPECT_NE(wrong.find("drayctl store repair"), std::string::npos) << wrong;
    EXPECT_TRUE(std::ranges::is_sorted(keys));
    EXPECT_GT(keys.size(), 400);
    EXPECT_LT(keys.size(), 500);
    EXPECT_EQ(keys.front(), key(0));
    EXPECT_EQ(keys.back(), key(499));
    EXPECT_THROW(store.scan(Table::kStreamRecords, "k", visit), std::runtime_error) << "not at the start";
    EXPECT_NE(store.answer({1, Table::kStreamRecords, "k", "k", 1000, 1'000'000}).wrong, "");
    store.commit(0, 1, put(Table::kStreamRecords, key(500), "x"));
    EXPECT_TRUE(store.drain(30s));
}

// It stays, and the commit goes on.
TEST(RocksStore, ABodyWhoseHoldersAreNotKnownIsNotLetGo) {
    for (const bool is_in_table : {false, true}) {
        const Folder folder;
        {
            RocksStore store(in(folder));
            StoreBatch batch;
            batch.put(Table::kBodies, "a", "message");
            batch.put(Table::kHolders, "a", is_in_table ? shard::encode_holders(1) : "?");
            store.commit(0, 1, std::move(batch));
            ASSERT_TRUE(store.drain(30s));
        }
        if (is_in_table) rot(folder, Table::kHolders, 3);
        RocksStore store(in(folder));
        store.commit(0, 1, release("a"));
        store.commit(0, 2, put(Table::kRetained, "t", "1"));
        ASSERT_TRUE(store.drain(30s));
        EXPECT_EQ(store.durable(0), 2);
        EXPECT_EQ(all(store, Table::kBodies), (Records{{"a", "message"}}));
    }
}

}  // namespace
}  // namespace dray::store
