#include "shard/queue_records.h"

#include "session/pages.h"
#include "shard/record_codec.h"

namespace dray::shard {

std::string encode(const QueueRecord& record) {
    const QueueOptions& options = record.options;
    const unsigned flags = (options.exclusive ? 1U : 0U) | static_cast<unsigned>(options.overflow) << 1;
    std::string bytes;
    RecordWriter out(bytes);
    out.number(record.number).number(static_cast<std::uint8_t>(flags)).number(options.ttl_ms);
    out.number(options.messages_max).number(options.bytes_max).number(options.deliveries_max);
    out.number(options.retry_delay_ms).number(options.retry_delay_ms_max);
    out.number(options.alert_messages).number(options.alert_age_ms);
    out.text(options.dead_letter_queue).text(options.key);
    for (const std::string& filter : options.filters) out.text(filter);
    return bytes;
}

std::optional<QueueRecord> decode_queue(std::string_view bytes) {
    RecordReader in(bytes);
    QueueRecord record;
    QueueOptions& options = record.options;
    record.number = in.number<std::uint64_t>();
    const auto flags = in.number<std::uint8_t>();
    if (flags >> 1 > static_cast<unsigned>(Overflow::kDeadLetter)) in.fail();
    options.exclusive = (flags & 1U) != 0;
    options.overflow = static_cast<Overflow>(flags >> 1);
    options.ttl_ms = in.number<std::uint64_t>();
    options.messages_max = in.number<std::uint64_t>();
    options.bytes_max = in.number<std::uint64_t>();
    options.deliveries_max = in.number<std::uint32_t>();
    options.retry_delay_ms = in.number<std::uint32_t>();
    options.retry_delay_ms_max = in.number<std::uint32_t>();
    options.alert_messages = in.number<std::uint64_t>();
    options.alert_age_ms = in.number<std::uint64_t>();
    options.dead_letter_queue = in.text();
    options.key = in.text();
    while (in.ok() && !in.all_read()) options.filters.emplace_back(in.text());
    if (!in.ok()) return std::nullopt;
    return record;
}

std::string encode(const QueueMessages::Totals& totals) {
    std::string bytes;
    RecordWriter(bytes).number(totals.messages).number(totals.bytes).number(totals.last_position);
    return bytes;
}

std::optional<QueueMessages::Totals> decode_totals(std::string_view bytes) {
    RecordReader in(bytes);
    QueueMessages::Totals totals;
    totals.messages = in.number<std::uint64_t>();
    totals.bytes = in.number<std::uint64_t>();
    totals.last_position = in.number<std::uint64_t>();
    if (!in.all_read()) return std::nullopt;
    return totals;
}

void append_queued(std::string& page, const QueuedRecord& record) {
    RecordWriter(page).sized(
        [&record](RecordWriter& out) { out.instant(record.arrived_at).message(*record.message); });
}

QueuePageRemains decode_queue_remains(std::string_view bytes) {
    RecordReader page(bytes);
    QueuePageRemains remains;
    while (page.ok() && !page.at_end() && remains.records.size() < session::Page::kCountMax) {
        RecordReader in(page.text());
        if (!page.ok()) break;
        QueuedRecord& record = remains.records.emplace_back();
        record.arrived_at = in.instant();
        record.message = in.message();
        if (in.all_read()) continue;
        record.message = {};
        remains.is_damaged = true;
    }
    remains.is_cut = !page.ok() || !page.at_end() || remains.records.empty();
    remains.is_damaged |= remains.is_cut;
    return remains;
}

std::optional<std::vector<QueuedRecord>> decode_queue_page(std::string_view bytes) {
    QueuePageRemains remains = decode_queue_remains(bytes);
    if (remains.is_damaged) return std::nullopt;
    return std::move(remains.records);
}

std::string encode(const DeliveriesRecord& record) {
    std::string bytes;
    RecordWriter(bytes).number(record.deliveries).instant(record.retry_at);
    return bytes;
}

std::optional<DeliveriesRecord> decode_deliveries(std::string_view bytes) {
    RecordReader in(bytes);
    DeliveriesRecord record;
    record.deliveries = in.number<std::uint32_t>();
    record.retry_at = in.instant();
    if (!in.all_read()) return std::nullopt;
    return record;
}

std::string queued_key(StoredNumber queue, std::uint64_t position, QueuedKey::Kind kind) {
    return key_of(queue, position) + static_cast<char>(kind);
}

std::optional<QueuedKey> parse_queued_key(std::string_view key) {
    constexpr std::size_t kNumberBytes = 8;
    if (key.size() != 2 * kNumberBytes + 1 || static_cast<unsigned char>(key.back()) > QueuedKey::kDeliveries)
        return std::nullopt;
    return QueuedKey{*parse_number(key.substr(kNumberBytes, kNumberBytes)),
                     static_cast<QueuedKey::Kind>(key.back())};
}

}  // namespace dray::shard
