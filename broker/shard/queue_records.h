// The records of queues: how they stand on disk, in the words of records.h and as frozen as those.
//
//     queue         number (8), flags (1: bit 0 exclusive, bits 1-2 overflow), TTL (8), most messages (8),
//                   most bytes (8), most deliveries (4), retry delay (4), the longest (4), alert messages
//                   (8), alert age (8), dead-letter queue, key (text each), filters (text each); times in ms
//     totals        messages (8), bytes (8), last position (8), of a queue
//     page          up to 64 queued messages (each a text: arrived at (8), message), one for each position
//                   from that in the key on
//     progress      as of a session's page
//     deliveries    of a queued message (4), next not before (8)
//
// Pure functions; decoding checks everything and gives nothing for bytes that it does not understand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "session/message.h"
#include "shard/queue_messages.h"
#include "shard/queue_options.h"
#include "shard/records.h"

namespace dray::shard {

struct QueueRecord {
    std::uint64_t number = 0;
    QueueOptions options;  // without the name, which is the key
};
struct QueuedRecord {
    Instant arrived_at;
    session::MessageRef message;
};
struct DeliveriesRecord {
    std::uint32_t deliveries = 0;
    Instant retry_at;
};
std::string encode(const QueueRecord& record);
std::optional<QueueRecord> decode_queue(std::string_view bytes);
std::string encode(const QueueMessages::Totals& totals);
std::optional<QueueMessages::Totals> decode_totals(std::string_view bytes);
// One more at the end of a page.
void append_queued(std::string& page, const QueuedRecord& record);
std::optional<std::vector<QueuedRecord>> decode_queue_page(std::string_view bytes);
// What is left of one that is damaged.
struct QueuePageRemains {
    std::vector<QueuedRecord> records;  // without message what is not understood
    bool is_damaged = false;
    bool is_cut = false;  // ... and what comes after the records is not known
};
QueuePageRemains decode_queue_remains(std::string_view bytes);
std::string encode(const DeliveriesRecord& record);
std::optional<DeliveriesRecord> decode_deliveries(std::string_view bytes);
// Of kQueueEntries, but for that of the totals.
struct QueuedKey {
    // In the order in which they stand in the store: what is left of a page comes before the page.
    enum Kind : std::uint8_t { kProgress, kPage, kDeliveries };
    std::uint64_t position = 0;  // of a page, its first
    Kind kind = kPage;
};
std::string queued_key(StoredNumber queue, std::uint64_t position, QueuedKey::Kind kind);
std::optional<QueuedKey> parse_queued_key(std::string_view key);

}  // namespace dray::shard
