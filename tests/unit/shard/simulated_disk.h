// A disk for a simulated broker: what was written is safe when the test, or the seed, says so; a crash
// forgets the rest.
#pragma once

#include <array>
#include <deque>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "base/random.h"
#include "shard/record_check.h"
#include "shard/records.h"
#include "shard/store_port.h"

namespace dray::test {

class SimulatedDisk final : public shard::StorePort {
  public:
    struct Written {
        shard::ShardIndex shard = 0;
        shard::StoreSequence sequence = 0;
        shard::StoreBatch batch;
    };
    explicit SimulatedDisk(bool keeps) : keeps_(keeps) {}

    bool keeps() const override { return keeps_; }
    bool works() const override { return works_; }
    std::string_view durability() const override { return keeps_ ? "fsync" : "memory"; }
    std::uint64_t safe_position() const override { return synced_; }
    void set_works(bool works) { works_ = works; }
    std::string scan_readable(shard::Table table, std::string_view prefix, std::string_view from,
                              const Visit& visit) const override {
        const auto& records = tables_[static_cast<std::size_t>(table)];
        std::string wrong;
        for (auto at = records.lower_bound(std::max(prefix, from));
             at != records.end() && at->first.starts_with(prefix); ++at) {
            if (unreadable_.contains({table, at->first})) {
                wrong = kUnreadable;
            } else if (!visit(at->first, at->second)) {
                break;
            }
        }
        return wrong;
    }

    std::string last_key(shard::Table table) const override {
        const Records& records = tables_[static_cast<std::size_t>(table)];
        return records.empty() ? std::string() : records.rbegin()->first;
    }

    void commit(shard::ShardIndex shard, shard::StoreSequence sequence, shard::StoreBatch batch) override {
        written_.push_back({shard, sequence, std::move(batch)});
    }
    shard::StoreSequence durable(shard::ShardIndex) const override { return 0; }  // the world tells
    void read(shard::ShardIndex shard, shard::StoreRead wanted) override {
        unread_.push_back({shard, std::move(wanted)});
    }
    std::vector<shard::StoreReadDone> take_read(shard::ShardIndex) override { return {}; }
    bool has_unread() const { return !unread_.empty(); }
    struct Read {
        shard::ShardIndex shard = 0;
        shard::StoreReadDone done;
    };
    Read read_one() {
        const auto [shard, wanted] = std::move(unread_.front());
        unread_.pop_front();
        return {shard, answer(wanted)};
    }
    bool has_unsynced() const { return !written_.empty(); }
    // The oldest batch that is not safe becomes so.
    Written sync_one() {
        Written oldest = std::move(written_.front());
        written_.pop_front();
        ++synced_;
        oldest.batch.for_each([this](const shard::StoreBatch::Change& change) { apply(change); });
        return oldest;
    }
    // Some of what was not synced may have reached the disk all the same, in its order.
    void crash(Random& random) {
        std::uint64_t lucky = works_ ? random.below(written_.size() + 1) : 0;
        for (; lucky > 0; --lucky) sync_one();
        written_.clear();
        unread_.clear();
    }
    std::size_t bytes() const {
        std::size_t sum = 0;
        for (const Records& records : tables_) {
            for (const auto& [key, value] : records) sum += key.size() + value.size();
        }
        return sum;
    }
    // What an operator would be told of what is safe; empty: nothing.
    std::string faults() const {
        std::string text;
        shard::RecordCheck check;
        for (const shard::Table table : shard::RecordCheck::kOrder) {
            for (const auto& [key, value] : tables_[static_cast<std::size_t>(table)]) {
                const std::string wrong = check.look_at(table, key, value).wrong;
                if (!wrong.empty()) text += describe_key(table, key) + ": " + wrong + "; ";
            }
        }
        return text;
    }
    // --- bits rot: the record of that place in its table, from 0, has other bytes, is gone, or cannot be
    // read ---
    std::string& bytes_of(shard::Table table, std::size_t at) { return nth(table, at)->second; }
    void lose(shard::Table table, std::size_t at) {
        tables_[static_cast<std::size_t>(table)].erase(nth(table, at));
    }
    static constexpr const char* kUnreadable = "a checksum is wrong";
    void make_unreadable(shard::Table table, std::size_t at) {
        unreadable_.insert({table, nth(table, at)->first});
    }

    std::size_t count(shard::Table table) const { return tables_[static_cast<std::size_t>(table)].size(); }

  private:
    using Records = std::map<std::string, std::string, std::less<>>;

    Records::iterator nth(shard::Table table, std::size_t at) {
        return std::next(tables_[static_cast<std::size_t>(table)].begin(), static_cast<std::ptrdiff_t>(at));
    }
    void apply(const shard::StoreBatch::Change& change) {
        Records& records = tables_[static_cast<std::size_t>(change.table)];
        switch (change.operation) {
            case shard::StoreBatch::Operation::kPut:
                records.insert_or_assign(std::string(change.key), std::string(change.value));
                return;
            case shard::StoreBatch::Operation::kErase:
                records.erase(std::string(change.key));
                return;
            case shard::StoreBatch::Operation::kEraseAll:
                for (auto at = records.lower_bound(change.key);
                     at != records.end() && at->first.starts_with(change.key);) {
                    at = records.erase(at);
                }
                return;
            case shard::StoreBatch::Operation::kRelease:
                return release(std::string(change.key));
            case shard::StoreBatch::Operation::kEraseRange:
                records.erase(records.lower_bound(change.key), records.lower_bound(change.value));
                return;
        }
    }
    void release(const std::string& body) {
        Records& holders = tables_[static_cast<std::size_t>(shard::Table::kHolders)];
        const std::uint32_t count = shard::decode_holders(holders.at(body)).value();
        if (count > 1) {
            holders[body] = shard::encode_holders(count - 1);
            return;
        }
        holders.erase(body);
        tables_[static_cast<std::size_t>(shard::Table::kBodies)].erase(body);
    }

    bool keeps_;
    bool works_ = true;
    std::uint64_t synced_ = 0;  // batches, ever
    std::array<Records, shard::kTables> tables_;
    std::set<std::pair<shard::Table, std::string>> unreadable_;
    std::deque<Written> written_;
    std::deque<std::pair<shard::ShardIndex, shard::StoreRead>> unread_;
};

}  // namespace dray::test
