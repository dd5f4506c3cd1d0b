// Whether the records of a store can be understood, and belong to each other: for whoever looks at a store
// without running it (store/store_check.h). Asks the decoders by which the broker itself reads (records.h).
//
//     RecordCheck check;
//     for (Table table : RecordCheck::kOrder) for each record: check.look_at(table, key, value)
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "shard/queue_messages.h"
#include "shard/records.h"
#include "shard/store_batch.h"

namespace dray::shard {

class RecordCheck {
  public:
    // What others refer to comes first.
    static constexpr std::array<Table, kTables> kOrder{
        Table::kSessions, Table::kSubscriptions, Table::kIncoming,       Table::kRetained,
        Table::kBodies,   Table::kProgress,      Table::kEntries,        Table::kHolders,
        Table::kStreams,  Table::kStreamRecords, Table::kStreamSegments, Table::kStreamPromises,
        Table::kQueues,   Table::kQueueEntries,  Table::kDelayed,        Table::kStreamCursors};

    struct Verdict {
        std::string wrong;          // in words; empty: nothing
        std::string progress = {};  // of a page: with this record in kProgress, what is left of it is good
        // Nobody misses it: its owner is gone, and a crash came before it could be erased, too; or a message
        // that nobody holds any more.
        bool is_leftover = false;
    };
    // Those that are good count for those to come.
    Verdict look_at(Table table, std::string_view key, std::string_view value);

    // How many entries refer to each body, by all pages so far. Visit: void(std::uint64_t, std::uint32_t).
    template <typename Visit>
    void for_each_body(Visit visit) const {
        for (const auto& [number, holders] : bodies_) visit(number, holders);
    }

    // What each queue holds, by all records so far. Visit: void(StoredNumber, const QueueMessages::Totals&).
    template <typename Visit>
    void for_each_queue(Visit visit) const {
        for (const auto& [number, totals] : queues_) visit(number, totals);
    }

  private:
    std::string look_at_session(std::string_view client_id, std::string_view value);
    std::string look_at_body(std::string_view key, std::string_view value);
    Verdict look_at_holders(std::string_view key, std::string_view value) const;
    std::string look_at_stream(std::string_view name, std::string_view value);
    Verdict look_at_part_of_stream(Table table, std::string_view key, std::string_view value) const;
    std::string look_at_queue(std::string_view name, std::string_view value);
    Verdict look_at_queued(std::string_view key, std::string_view value);
    // Of a table whose keys begin with a session's number.
    Verdict look_at_part(Table table, std::string_view key, std::string_view value);
    // Which messages of that page of a queue are left.
    std::uint64_t live_of(const std::string& page) const;
    Verdict look_at_page(std::string_view key, std::string_view value);

    std::unordered_set<StoredNumber> sessions_;
    std::unordered_set<StoredNumber> streams_;
    std::unordered_map<StoredNumber, QueueMessages::Totals> queues_;
    std::unordered_map<std::uint64_t, std::uint32_t> bodies_;  // and how many entries refer to them
    std::unordered_map<std::string, ProgressRecord> progress_;
};

// A key as people can tell it: 'client-7'; session 42, position 5; in hexadecimal what is neither.
std::string describe_key(Table table, std::string_view key);

}  // namespace dray::shard
