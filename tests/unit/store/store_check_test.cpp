// Stores that no broker has open, some of them damaged: what check says, and what repair saves.
#include "store/store_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <vector>

#include "base/random.h"
#include "folder.h"
#include "shard/queue_records.h"
#include "shard/records.h"
#include "shard/stream_records.h"
#include "store/rocks_files.h"
#include "store/store_repair.h"

namespace dray::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using shard::key_of;
using shard::StoreBatch;
using shard::StoredNumber;
using shard::Table;

constexpr int kSessions = 20;
constexpr int kRetained = 300;
constexpr StoredNumber kQueue = 500;
constexpr std::uint64_t kQueued = 5;

std::string topic(int i) {
    return "t/" + std::to_string(1000 + i);
}

session::MessageRef message(int i) {
    mqtt::Publish publish;
    const std::string payload(200, static_cast<char>('a' + i % 26));
    publish.payload = as_bytes(payload);
    publish.qos = mqtt::QoS::kAtLeastOnce;
    return session::Message::make(publish, topic(i), {});
}

// Sessions with a subscription and a packet id each, retained messages, and a queue with messages.
StoreBatch sound_records() {
    StoreBatch batch;
    for (int i = 1; i <= kSessions; ++i) {
        const auto number = static_cast<StoredNumber>(i);
        shard::SessionRecord session;
        session.number = number;
        session.expiry_s = 0xFFFFFFFF;
        batch.put(Table::kSessions, "client-" + std::to_string(i), shard::encode(session));
        batch.put(Table::kSubscriptions, key_of(number, "t/#"), shard::encode(shard::SubscriptionRecord{}));
        batch.put(Table::kIncoming, key_of(number, mqtt::PacketId{7}), {});
    }
    for (int i = 0; i < kRetained; ++i) batch.put(Table::kRetained, topic(i), shard::encode(*message(i)));
    batch.put(Table::kQueues, "orders", shard::encode(shard::QueueRecord{kQueue, {}}));
    for (std::uint64_t i = 1; i <= kQueued; ++i) {
        std::string page;
        shard::append_queued(page, {{}, message(1)});
        batch.put(Table::kQueueEntries, shard::queued_key(kQueue, i, shard::QueuedKey::kPage), page);
    }
    batch.put(Table::kQueueEntries, key_of(kQueue),
              shard::encode(shard::QueueMessages::Totals{kQueued, 1000, kQueued}));
    return batch;
}

enum class Files : std::uint8_t { kInLog, kInTables };

// A store in `folder`/store, as a broker leaves it.
class StoredRecords {
  public:
    explicit StoredRecords(Files files, const StoreBatch& more = {}) {
        {
            RocksStore store({.folder = path(), .sync = true, .shards = 1});
            // One commit for each record: one damaged place in the log is the loss of one.
            shard::StoreSequence sequence = 0;
            const auto commit = [&](const StoreBatch::Change& change) {
                StoreBatch batch;
                batch.put(change.table, change.key, change.value);
                store.commit(0, ++sequence, std::move(batch));
                EXPECT_TRUE(store.drain(20s));
            };
            sound_records().for_each(commit);
            more.for_each(commit);
        }
        if (files == Files::kInTables) flush();
    }

    const std::string& data_dir() const { return folder_.path(); }
    std::string path() const { return folder_.path() + "/store"; }
    // The files of that kind, the oldest first.
    std::vector<fs::path> files(const std::string& kind) const {
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator(path())) {
            if (entry.path().filename().string().find(kind) != std::string::npos)
                found.push_back(entry.path());
        }
        std::ranges::sort(found);
        return found;
    }
    fs::path largest(const std::string& kind) const {
        const auto found = files(kind);
        return *std::ranges::max_element(found, {}, [](const fs::path& file) { return fs::file_size(file); });
    }

  private:
    void flush() const {
        OpenDatabase opened;
        ASSERT_TRUE(open_database(database_options(), path(), OpenMode::kReadWrite, opened).ok());
        for (const auto& table : opened.tables) ASSERT_TRUE(opened.database->Flush({}, table.get()).ok());
    }

    Folder folder_;
};

void overwrite(const fs::path& file, std::uint64_t at, std::string_view bytes) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(at));
    stream << bytes;
}

std::vector<std::string> words(const std::vector<StoreFault>& faults) {
    std::vector<std::string> all;
    for (const StoreFault& fault : faults) all.push_back(fault.table + "|" + fault.key + "|" + fault.what);
    std::ranges::sort(all);
    return all;
}

std::map<std::string, std::uint64_t> records(const std::vector<StoreReport::Count>& counts) {
    std::map<std::string, std::uint64_t> by_table;
    for (const auto& count : counts) by_table[count.table] = count.records;
    return by_table;
}

TEST(StoreCheck, ASoundStoreHasNoFaultsAndStaysAsItIs) {
    for (const Files files : {Files::kInLog, Files::kInTables}) {
        const StoredRecords stored(files);
        const auto before = fs::last_write_time(stored.largest(files == Files::kInLog ? ".log" : ".sst"));
        for (const std::string& folder : {stored.data_dir(), stored.path()}) {
            const StoreReport report = check_store(folder);
            EXPECT_EQ(words(report.faults), std::vector<std::string>{});
            EXPECT_EQ(report.format, shard::kStoreFormat);
            EXPECT_EQ(records(report.counts)["sessions"], kSessions);
            EXPECT_EQ(records(report.counts)["subscriptions"], kSessions);
            EXPECT_EQ(records(report.counts)["incoming"], kSessions);
            EXPECT_EQ(records(report.counts)["retained"], kRetained);
        }
        EXPECT_EQ(fs::last_write_time(stored.largest(files == Files::kInLog ? ".log" : ".sst")), before);
        EXPECT_EQ(refusal(stored.path()), "it opened");
    }
}

TEST(StoreCheck, AStoreThatIsInUseOrNotThereIsRefused) {
    const StoredRecords stored(Files::kInLog);
    const RocksStore store({.folder = stored.path(), .sync = true, .shards = 1});
    const auto refused = [](const auto& action) {
        try {
            action();
        } catch (const std::runtime_error& error) {
            return std::string(error.what());
        }
        return std::string("done");
    };
    const std::string in_use = "the store in " + stored.path() + " is in use: stop the broker first";
    EXPECT_EQ(refused([&] { check_store(stored.data_dir()); }), in_use);
    EXPECT_EQ(refused([&] { repair_store(stored.data_dir(), {}); }), in_use);
    const Folder empty;
    EXPECT_EQ(refused([&] { check_store(empty.path()); }),
              "there is no store in " + empty.path() + ": give the data_dir of a broker");
}

session::Held held(std::uint64_t body) {
    session::Held held;
    held.qos = mqtt::QoS::kAtLeastOnce;
    held.body = body;
    held.message = message(1);
    return held;
}

// One of its messages is nowhere, and one has fewer holders than refer to it.
void add_bad_page(StoreBatch& batch) {
    std::string page;
    shard::append_entry(page, held(0));
    shard::append_entry(page, held(1282));
    shard::append_entry(page, held(1538));
    shard::append_entry(page, held(1538));
    batch.put(Table::kEntries, key_of(4, std::uint64_t{30}), page);
    batch.put(Table::kBodies, key_of(1538), shard::encode(*message(1)));
    batch.put(Table::kHolders, key_of(1538), shard::encode_holders(1));
    batch.put(Table::kHolders, key_of(7777), shard::encode_holders(1));
    // One that nobody holds.
    batch.put(Table::kBodies, key_of(1794), shard::encode(*message(1)));
    batch.put(Table::kHolders, key_of(1794), shard::encode_holders(2));
}

StoreBatch bad_records() {
    StoreBatch batch;
    add_bad_page(batch);
    batch.put(Table::kQueues, "mangled", "x");
    batch.put(Table::kQueueEntries, shard::queued_key(kQueue, 9, shard::QueuedKey::kPage), "?");
    batch.put(Table::kQueueEntries, key_of(kQueue), "?");
    batch.put(Table::kQueueEntries, key_of(88), shard::encode(shard::QueueMessages::Totals{}));
    batch.put(Table::kStreams, "mangled", "x");
    batch.put(Table::kStreamRecords, key_of(70, std::uint64_t{5}),
              shard::encode_stream_record({}, *message(1)));
    batch.put(Table::kStreamRecords, key_of(70, std::uint64_t{6}), "?");
    batch.put(Table::kStreamCursors, key_of(3, "$stream/s"), "?");
    batch.put(Table::kSessions, "mangled", "x");
    shard::SessionRecord same_number;
    same_number.number = 5;
    batch.put(Table::kSessions, "double", shard::encode(same_number));
    batch.put(Table::kSubscriptions, "short", shard::encode(shard::SubscriptionRecord{}));
    batch.put(Table::kSubscriptions, key_of(3, "a/\x01"), "?");
    batch.put(Table::kSubscriptions, key_of(99, "a/#"), shard::encode(shard::SubscriptionRecord{}));
    batch.put(Table::kEntries, key_of(3, std::uint64_t{17}), "?");
    batch.put(Table::kIncoming, key_of(99, mqtt::PacketId{8}), {});
    batch.put(Table::kIncoming, key_of(3, "abc"), {});
    batch.put(Table::kRetained, "wild/#", shard::encode(*message(1)));
    batch.put(Table::kRetained, "other/topic", shard::encode(*message(1)));
    batch.put(Table::kRetained, "mangled", "");
    return batch;
}

const std::vector<std::string> kBadRecords{
    "entries|session 3, position 17|its value cannot be understood",
    "entries|session 4, position 30|the messages at these positions are not there: 31",
    "holders|message 1538|it counts 1 that hold the message, and there are 2",
    "holders|message 7777|its message is not there",
    "incoming|session 3, 0x616263|its key cannot be understood",
    "queue_entries|queue 500, position 9|its value cannot be understood",
    "queue_entries|queue 500|its value cannot be understood",
    "queues|'mangled'|its value cannot be understood",
    "retained|'mangled'|its value cannot be understood",
    "retained|'other/topic'|its message is of another topic",
    "retained|'wild/#'|its key cannot be understood",
    "sessions|'double'|another session has its number 5",
    "sessions|'mangled'|its value cannot be understood",
    "stream_cursors|session 3, '$stream/s'|its value cannot be understood",
    "stream_records|stream 70, offset 6|its value cannot be understood",
    "streams|'mangled'|its value cannot be understood",
    "subscriptions|'short'|its key cannot be understood",
    "subscriptions|session 3, 0x612f01|its value cannot be understood",
};

const std::vector<std::string> kLeftovers{
    "holders|message 1794|it counts 2 that hold the message, and there are 0",
    "incoming|session 99, packet id 8|it belongs to a session that is not there",
    "queue_entries|queue 88|it belongs to a queue that is not there",
    "stream_records|stream 70, offset 5|it belongs to a stream that is not there",
    "subscriptions|session 99, 'a/#'|it belongs to a session that is not there",
};

TEST(StoreCheck, EveryBadRecordIsNamed) {
    const StoredRecords stored(Files::kInLog, bad_records());
    std::vector<std::string> found = words(check_store(stored.data_dir()).faults);
    // Which of two sessions with one number comes first is the order of their names.
    std::ranges::replace(found, "sessions|'client-5'|another session has its number 5",
                         "sessions|'double'|another session has its number 5");
    EXPECT_EQ(found, kBadRecords);
    EXPECT_EQ(words(check_store(stored.data_dir()).leftovers), kLeftovers);
}

TEST(StoreRepair, DropsBadRecordsNamesThemAndKeepsTheRest) {
    const StoredRecords stored(Files::kInLog, bad_records());
    const RepairReport report = repair_store(stored.data_dir(), {});
    EXPECT_EQ(report.lost.size(), kBadRecords.size() + kLeftovers.size());
    EXPECT_EQ(report.steps, std::vector<std::string>{});
    const StoreReport after = check_store(stored.data_dir());
    EXPECT_EQ(words(after.faults), std::vector<std::string>{});
    EXPECT_EQ(words(after.leftovers), std::vector<std::string>{});
    EXPECT_EQ(records(after.counts)["queues"], 1);
    EXPECT_EQ(records(after.counts)["queue_entries"], kQueued + 1) << "and their totals, counted anew";
    EXPECT_EQ(records(after.counts)["entries"], 1) << "the page that has messages left";
    EXPECT_EQ(records(after.counts)["holders"], 1) << "counted anew";
    EXPECT_EQ(records(after.counts)["sessions"], kSessions);
    EXPECT_EQ(records(after.counts)["retained"], kRetained);
    EXPECT_EQ(refusal(stored.path()), "it opened");
    EXPECT_EQ(check_store(report.backup).faults.size(), kBadRecords.size())
        << "the old files are as they were";
}

TEST(StoreRepair, KeepsTheOldFilesUnlessThatIsNotWanted) {
    const StoredRecords stored(Files::kInLog);
    EXPECT_EQ(repair_store(stored.data_dir(), {.keeps_backup = false}).backup, "");
    EXPECT_EQ(std::distance(fs::directory_iterator(stored.data_dir()), fs::directory_iterator()), 1);
}

struct Damage {
    const char* what;
    Files files;
    void (*make)(const StoredRecords& stored);
    bool is_seen_at_start;  // a damaged block is only seen when it is read
    std::uint64_t retained_min;
};
const Damage kDamages[] = {
    {"the log, in the middle", Files::kInLog,
     [](const StoredRecords& stored) { overwrite(stored.largest(".log"), 40'000, "damage"); }, true, 100},
    {"no log", Files::kInLog, [](const StoredRecords& stored) { fs::remove(stored.largest(".log")); }, true,
     0},
    {"no CURRENT", Files::kInLog, [](const StoredRecords& stored) { fs::remove(stored.path() + "/CURRENT"); },
     true, kRetained},
    {"no MANIFEST, all in the log", Files::kInLog,
     [](const StoredRecords& stored) { fs::remove(stored.largest("MANIFEST")); }, true, kRetained},
    {"no MANIFEST, all in tables", Files::kInTables,
     [](const StoredRecords& stored) { fs::remove(stored.largest("MANIFEST")); }, true, kRetained},
    {"MANIFEST", Files::kInTables,
     [](const StoredRecords& stored) { overwrite(stored.largest("MANIFEST"), 100, "damage"); }, true,
     kRetained},
    {"a block of a table", Files::kInTables,
     [](const StoredRecords& stored) { overwrite(stored.largest(".sst"), 5'000, "damage"); }, false, 100},
    {"a table cut short", Files::kInTables,
     [](const StoredRecords& stored) { fs::resize_file(stored.largest(".sst"), 3000); }, true, 0},
    {"a table is gone", Files::kInTables,
     [](const StoredRecords& stored) { fs::remove(stored.largest(".sst")); }, true, 0},
};

TEST(StoreRepair, BringsBackWhatCanBeReadAfterDamage) {
    for (const Damage& damage : kDamages) {
        SCOPED_TRACE(damage.what);
        const StoredRecords stored(damage.files);
        damage.make(stored);
        EXPECT_FALSE(check_store(stored.data_dir()).faults.empty());
        if (damage.is_seen_at_start) {
            const std::string why = refusal(stored.path());
            EXPECT_NE(why.find("is damaged"), std::string::npos) << why;
            EXPECT_NE(why.find("`drayctl store repair " + stored.path()), std::string::npos) << why;
        }
        const RepairReport report = repair_store(stored.data_dir(), {});
        EXPECT_FALSE(report.steps.empty() && report.lost.empty()) << "what happened is told";
        const StoreReport after = check_store(stored.data_dir());
        EXPECT_EQ(words(after.faults), std::vector<std::string>{});
        EXPECT_GE(records(after.counts)["retained"], damage.retained_min);
        EXPECT_EQ(refusal(stored.path()), "it opened");
    }
}

// Wherever the damage is: nobody crashes, and a broker starts after repair.
TEST(StoreRepair, LeavesAStoreThatOpensWhateverTheDamage) {
    const char* const given = std::getenv("DRAY_SEED");
    const std::uint64_t seed = given != nullptr ? std::stoull(given) : 1;
    const char* const count = std::getenv("DRAY_SEEDS");
    const std::uint64_t seeds = count != nullptr ? std::stoull(count) : 6;
    for (std::uint64_t i = seed; i < seed + seeds; ++i) {
        SCOPED_TRACE("DRAY_SEED=" + std::to_string(i));
        Random random(i);
        const StoredRecords stored(random.below(2) == 0 ? Files::kInLog : Files::kInTables);
        const char* const kinds[] = {".log", "MANIFEST", ".sst", "CURRENT"};
        for (std::uint64_t blows = 1 + random.below(3); blows > 0; --blows) {
            const auto files = stored.files(kinds[random.below(4)]);
            if (files.empty()) continue;
            const fs::path file = files[random.below(files.size())];
            const std::uint64_t size = fs::file_size(file);
            if (size == 0 || random.below(6) == 0) {
                fs::remove(file);
            } else if (random.below(3) == 0) {
                fs::resize_file(file, random.below(size));
            } else {
                overwrite(file, random.below(size), std::string(1, static_cast<char>(random.below(256))));
            }
        }
        check_store(stored.data_dir());
        repair_store(stored.data_dir(), {});
        EXPECT_EQ(words(check_store(stored.data_dir()).faults), std::vector<std::string>{});
        EXPECT_EQ(refusal(stored.path()), "it opened");
    }
}

}  // namespace
}  // namespace dray::store
