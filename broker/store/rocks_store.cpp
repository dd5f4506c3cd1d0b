#include "store/rocks_store.h"

#include <rocksdb/utilities/checkpoint.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <vector>

#include "shard/records.h"
#include "store/reading_thread.h"
#include "store/rocks_files.h"

namespace dray::store {

namespace {

using namespace std::chrono_literals;
using rocksdb::ColumnFamilyHandle;
using rocksdb::Slice;
using rocksdb::Status;
using shard::ShardIndex;
using shard::StoreBatch;
using shard::StoreSequence;
using shard::Table;

constexpr auto kRetryFirst = 50ms;
constexpr auto kRetryLast = 1000ms;
// A copy takes the log as it is, however long, rather than have it written to tables first.
constexpr std::uint64_t kLogBytesForFlush = ~std::uint64_t{0};

// The first key after all that begin with `prefix`; empty: there is none.
std::string end_of(std::string_view prefix) {
    std::string end(prefix);
    while (!end.empty() && end.back() == '\xff') end.pop_back();
    if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
    return end;
}

[[noreturn]] void refuse(const std::string& folder, const Status& status) {
    throw std::runtime_error(describe_refusal(folder, status));
}

// How many hold each body that a group of batches lets go: what the disk says, and what changed since.
class Holders {
  public:
    Holders(rocksdb::DB& database, ColumnFamilyHandle* table) : database_(database), table_(table) {}

    void set(std::string_view body, std::string_view record) {
        counts_[std::string(body)] = {shard::decode_holders(record), false};
    }
    Status release(std::string_view body) {
        const auto [at, is_new] = counts_.try_emplace(std::string(body));
        if (is_new) {
            std::string record;
            const Status status = database_.Get({}, table_, slice(body), &record);
            DRAY_ASSERT(!status.IsNotFound());  // else it was let go too often
            if (!status.ok() && !status.IsCorruption()) return status;
            at->second.left = shard::decode_holders(record);
        }
        if (!at->second.left) return Status::OK();
        DRAY_ASSERT(*at->second.left > 0);
        --*at->second.left;
        at->second.has_changed = true;
        return Status::OK();
    }
    // A body that nobody holds any more goes.
    Status add_to(rocksdb::WriteBatch& batch, ColumnFamilyHandle* bodies) const {
        Status status;
        for (const auto& [body, count] : counts_) {
            if (!count.has_changed || !status.ok()) continue;
            if (*count.left > 0) {
                status = batch.Put(table_, body, shard::encode_holders(*count.left));
                continue;
            }
            status = batch.Delete(table_, body);
            if (status.ok()) status = batch.Delete(bodies, body);
        }
        return status;
    }

  private:
    struct Count {
        std::optional<std::uint32_t> left;  // nothing if it is damaged: then the body stays
        bool has_changed = false;
    };
    rocksdb::DB& database_;
    ColumnFamilyHandle* table_;
    std::unordered_map<std::string, Count> counts_;
};

}  // namespace

class RocksStore::Engine {
  public:
    Engine(RocksStoreOptions options, const ReadingThread::Answer& answer)
        : options_(std::move(options)), durable_(options_.shards) {
        open();
        check_format();
        reading_ = std::make_unique<ReadingThread>(options_.shards, answer,
                                                   [this](ShardIndex shard) { wake(shard); });
        thread_ = std::thread([this] { run(); });
    }
    ~Engine() { close(); }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    std::string scan_readable(Table table, std::string_view prefix, std::string_view from,
                              const Visit& visit) const {
        rocksdb::ReadOptions options;
        const std::string end = end_of(prefix);
        const Slice upper = slice(end);
        if (!end.empty()) options.iterate_upper_bound = &upper;
        options.fill_cache = false;
        std::string wrong;
        std::string next(std::max(prefix, from));
        for (;;) {
            const std::unique_ptr<rocksdb::Iterator> at(
                opened_.database->NewIterator(options, handle(table)));
            for (at->Seek(next); at->Valid(); at->Next()) {
                if (!visit(text(at->key()), text(at->value()))) return wrong;
                next = text(at->key());
                next += '\0';
            }
            if (at->status().ok()) return wrong;
            wrong = describe_refusal(options_.folder, at->status());
            // On behind what cannot be read, which is found from the other end.
            std::string behind;
            for (at->SeekToLast(); at->Valid() && text(at->key()) >= next; at->Prev())
                behind = text(at->key());
            if (behind.empty() || behind == next) return wrong;
            next = std::move(behind);
        }
    }

    std::string last_key(Table table) const {
        const std::unique_ptr<rocksdb::Iterator> at(opened_.database->NewIterator({}, handle(table)));
        at->SeekToLast();
        if (!at->status().ok()) refuse(options_.folder, at->status());
        return at->Valid() ? at->key().ToString() : std::string();
    }

    std::uint64_t copy_to(const std::string& to) const {
        rocksdb::Checkpoint* made = nullptr;
        Status status = rocksdb::Checkpoint::Create(opened_.database.get(), &made);
        const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
        std::uint64_t position = 0;
        if (status.ok()) status = checkpoint->CreateCheckpoint(to, kLogBytesForFlush, &position);
        if (!status.ok()) throw std::runtime_error("no copy in " + to + ": " + status.ToString());
        return position;
    }

    void commit(ShardIndex shard, StoreSequence sequence, StoreBatch batch) {
        {
            const std::lock_guard lock(mutex_);
            given_.push_back({shard, sequence, std::move(batch)});
            if (given_.size() > 1) return;  // the thread is busy, or has been told
        }
        given_or_stopping_.notify_one();
    }
    bool works() const { return works_.load(std::memory_order_relaxed); }
    std::string_view durability() const { return options_.sync ? "fsync" : "os"; }
    std::uint64_t safe_position() const { return safe_position_.load(std::memory_order_relaxed); }
    StoreSequence durable(ShardIndex shard) const { return durable_[shard].load(std::memory_order_acquire); }

    void close() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        given_or_stopping_.notify_one();
        if (thread_.joinable()) thread_.join();
        if (reading_) reading_->stop();
    }
    bool drain(std::chrono::milliseconds patience) {
        std::unique_lock lock(mutex_);
        return idle_.wait_for(lock, patience, [this] { return given_.empty() && !is_busy_; });
    }

    ReadingThread& reading() { return *reading_; }

    Wake wake = [](ShardIndex) {};
    Report report = [](bool, const std::string&) {};

  private:
    struct Given {
        ShardIndex shard = 0;
        StoreSequence sequence = 0;
        StoreBatch batch;
    };

    ColumnFamilyHandle* handle(Table table) const { return opened_.handle(table); }

    void open() {
        const Status status =
            open_database(database_options(), options_.folder, OpenMode::kReadWrite, opened_);
        if (!status.ok()) refuse(options_.folder, status);
    }

    void check_format() {
        std::string format;
        Status status = opened_.database->Get({}, kFormatKey, &format);
        if (status.IsNotFound()) {
            rocksdb::WriteOptions synced;
            synced.sync = true;
            status = opened_.database->Put(synced, kFormatKey, slice(shard::kStoreFormat));
            format = shard::kStoreFormat;
        }
        if (!status.ok()) refuse(options_.folder, status);
        safe_position_ = opened_.database->GetLatestSequenceNumber();
        if (format == shard::kStoreFormat) return;
        throw std::runtime_error(
            "the store in " + options_.folder + " has the format \"" + format +
            "\", and this version knows only \"" + std::string(shard::kStoreFormat) +
            "\". Start the version that wrote it, or move the folder away to start empty");
    }

    void run() {
        std::vector<Given> group;
        rocksdb::WriteBatch batch;  // here for its memory
        for (;;) {
            {
                std::unique_lock lock(mutex_);
                is_busy_ = false;
                if (given_.empty()) idle_.notify_all();
                given_or_stopping_.wait(lock, [this] { return !given_.empty() || stopping_; });
                if (given_.empty()) return;
                group.swap(given_);
                is_busy_ = true;
            }
            if (!write(group, batch)) return;
            tell(group);
            group.clear();
        }
    }

    // Until the disk has taken it; false if the store is closed before.
    bool write(const std::vector<Given>& group, rocksdb::WriteBatch& batch) {
        rocksdb::WriteOptions how;
        how.sync = options_.sync;
        // The group may be written a second time after all: each of its changes can be made twice.
        return persist([&] { return gather(group, batch); }) &&
               persist([&] { return opened_.database->Write(how, &batch); });
    }

    template <typename Step>
    bool persist(Step step) {
        auto pause = kRetryFirst;
        for (bool is_first = true;; is_first = false) {
            const Status status = step();
            if (status.ok()) {
                if (!is_first) set_works(true, "");
                return true;
            }
            if (is_first) set_works(false, describe_failure(status));
            std::unique_lock lock(mutex_);
            if (given_or_stopping_.wait_for(lock, pause, [this] { return stopping_; })) return false;
            lock.unlock();
            pause = std::min(pause * 2, kRetryLast);
            opened_.database->Resume();
        }
    }

    Status gather(const std::vector<Given>& group, rocksdb::WriteBatch& batch) const {
        batch.Clear();
        Holders holders(*opened_.database, handle(Table::kHolders));
        Status status;
        for (const Given& given : group) {
            given.batch.for_each([&](const StoreBatch::Change& change) {
                if (status.ok()) status = add(batch, holders, change);
            });
        }
        if (status.ok()) status = holders.add_to(batch, handle(Table::kBodies));
        return status;
    }

    std::string describe_failure(const Status& status) const {
        if (status.IsCorruption()) return describe_refusal(options_.folder, status);
        return status.ToString() + ": make room on the disk that data_dir is on";
    }

    void set_works(bool works, const std::string& why) {
        works_.store(works, std::memory_order_relaxed);
        report(works, why);
    }

    Status add(rocksdb::WriteBatch& batch, Holders& holders, const StoreBatch::Change& change) const {
        ColumnFamilyHandle* table = handle(change.table);
        switch (change.operation) {
            case StoreBatch::Operation::kPut:
                if (change.table == Table::kHolders) holders.set(change.key, change.value);
                return batch.Put(table, slice(change.key), slice(change.value));
            case StoreBatch::Operation::kErase:
                return batch.Delete(table, slice(change.key));
            case StoreBatch::Operation::kEraseAll:
                return batch.DeleteRange(table, slice(change.key), end_of(change.key));
            case StoreBatch::Operation::kEraseRange:
                return batch.DeleteRange(table, slice(change.key), slice(change.value));
            case StoreBatch::Operation::kRelease:
                return holders.release(change.key);
        }
        return Status::NotSupported();
    }

    void tell(const std::vector<Given>& group) {
        // Before what is published next: who knows that its batch is safe sees a position behind it.
        safe_position_.store(opened_.database->GetLatestSequenceNumber(), std::memory_order_relaxed);
        std::array<bool, 256> told{};
        for (const Given& given : group) {
            durable_[given.shard].store(given.sequence, std::memory_order_release);
            told.at(given.shard) = true;
        }
        for (std::size_t shard = 0; shard < durable_.size(); ++shard) {
            if (told.at(shard)) wake(static_cast<ShardIndex>(shard));
        }
    }

    RocksStoreOptions options_;
    OpenDatabase opened_;

    std::mutex mutex_;
    std::condition_variable given_or_stopping_;
    std::condition_variable idle_;
    std::vector<Given> given_;  // under the mutex, as are the next two
    bool is_busy_ = false;
    bool stopping_ = false;
    std::vector<std::atomic<StoreSequence>> durable_;
    std::atomic<std::uint64_t> safe_position_{0};
    std::atomic<bool> works_{true};
    std::thread thread_;
    std::unique_ptr<ReadingThread> reading_;
};

RocksStore::RocksStore(RocksStoreOptions options)
    : engine_(std::make_unique<Engine>(std::move(options),
                                       [this](const shard::StoreRead& wanted) { return answer(wanted); })) {}
RocksStore::~RocksStore() = default;

void RocksStore::set_wake(Wake wake) {
    engine_->wake = std::move(wake);
}

void RocksStore::set_report(Report report) {
    engine_->report = std::move(report);
}

std::string RocksStore::scan_readable(Table table, std::string_view prefix, std::string_view from,
                                      const Visit& visit) const {
    return engine_->scan_readable(table, prefix, from, visit);
}

std::string RocksStore::last_key(Table table) const {
    return engine_->last_key(table);
}

std::uint64_t RocksStore::copy_to(const std::string& to) const {
    return engine_->copy_to(to);
}

void RocksStore::commit(ShardIndex shard, StoreSequence sequence, StoreBatch batch) {
    engine_->commit(shard, sequence, std::move(batch));
}

StoreSequence RocksStore::durable(ShardIndex shard) const {
    return engine_->durable(shard);
}

void RocksStore::read(ShardIndex shard, shard::StoreRead wanted) {
    engine_->reading().ask(shard, std::move(wanted));
}

std::vector<shard::StoreReadDone> RocksStore::take_read(ShardIndex shard) {
    return engine_->reading().take(shard);
}

bool RocksStore::works() const {
    return engine_->works();
}

std::string_view RocksStore::durability() const {
    return engine_->durability();
}

std::uint64_t RocksStore::safe_position() const {
    return engine_->safe_position();
}

void RocksStore::close() {
    engine_->close();
}

bool RocksStore::drain(std::chrono::milliseconds patience) {
    return engine_->drain(patience);
}

}  // namespace dray::store
