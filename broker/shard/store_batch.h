// Changes of the store that are made together: all of them or none.
//
//     change:  operation (1 byte), table (1 byte), key, value      key and value: length (4 bytes), bytes
//
// A value that crosses threads; one allocation that grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/assert.h"

namespace dray::shard {

// Numbers the batches of one shard from 1; 0 = nothing to wait for.
using StoreSequence = std::uint64_t;

// Their names on disk are the store's business; their numbers never leave the process.
enum class Table : std::uint8_t {
    kSessions,
    kSubscriptions,
    kEntries,
    kIncoming,
    kRetained,
    kBodies,
    kQueues,
    kQueueEntries,
    kStreams,
    kStreamRecords,
    kDelayed,
    kProgress,
    kHolders,
    kStreamSegments,
    kStreamPromises,
    kStreamCursors,
};
inline constexpr std::size_t kTables = 16;

class StoreBatch {
  public:
    enum class Operation : std::uint8_t {
        kPut,
        kErase,
        kEraseAll,    // every key that begins with this one
        kEraseRange,  // every key from this one on that is less than the value
        kRelease,     // one holder less of the body with this key; with the last the body goes
    };
    struct Change {
        Operation operation{};
        Table table{};
        std::string_view key;
        std::string_view value;
    };

    void put(Table table, std::string_view key, std::string_view value) {
        begin(Operation::kPut, table, key);
        append(value);
    }
    void erase(Table table, std::string_view key) { begin(Operation::kErase, table, key); }
    void erase_all(Table table, std::string_view prefix) { begin(Operation::kEraseAll, table, prefix); }
    void release(std::string_view body) { begin(Operation::kRelease, Table::kBodies, body); }
    void erase_range(Table table, std::string_view from, std::string_view to) {
        begin(Operation::kEraseRange, table, from);
        append(to);
    }
    void add(const StoreBatch& other) { bytes_ += other.bytes_; }

    bool empty() const { return bytes_.empty(); }
    std::size_t bytes() const { return bytes_.size(); }
    void clear() { bytes_.clear(); }

    template <typename Visit>  // void(const Change&)
    void for_each(Visit visit) const {
        for (std::size_t at = 0; at < bytes_.size();) {
            Change change;
            change.operation = static_cast<Operation>(bytes_[at]);
            change.table = static_cast<Table>(bytes_[at + 1]);
            at += 2;
            change.key = text(at);
            if (has_value(change.operation)) change.value = text(at);
            visit(change);
        }
    }

  private:
    static bool has_value(Operation operation) {
        return operation == Operation::kPut || operation == Operation::kEraseRange;
    }
    void begin(Operation operation, Table table, std::string_view key) {
        bytes_ += static_cast<char>(operation);
        bytes_ += static_cast<char>(table);
        append(key);
    }
    void append(std::string_view text) {
        DRAY_ASSERT(text.size() <= 0xFFFFFFFFU);
        const auto length = static_cast<std::uint32_t>(text.size());
        char prefix[sizeof length];
        std::memcpy(prefix, &length, sizeof length);
        bytes_.append(prefix, sizeof length).append(text);
    }
    std::string_view text(std::size_t& at) const {
        std::uint32_t length = 0;
        std::memcpy(&length, bytes_.data() + at, sizeof length);
        at += sizeof length;
        const std::string_view result(bytes_.data() + at, length);
        at += length;
        return result;
    }

    std::string bytes_;
};

}  // namespace dray::shard
