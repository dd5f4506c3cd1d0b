#include "shard/queue_records.h"

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

std::string encode(const QueuedRecord& record) {
    std::string bytes;
    bytes.reserve(record.message->weight());
    RecordWriter(bytes).instant(record.arrived_at).message(*record.message);
    return bytes;
}

std::optional<QueuedRecord> decode_queued(std::string_view bytes) {
    RecordReader in(bytes);
    QueuedRecord record;
    record.arrived_at = in.instant();
    record.message = in.message();
    if (!in.all_read()) return std::nullopt;
    return record;
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

std::optional<QueuedKey> parse_queued_key(std::string_view key) {
    constexpr std::size_t kNumberBytes = 8;
    const std::size_t size = 2 * kNumberBytes;
    const bool is_deliveries = key.size() == size + 1 && key.back() == '\1';
    if (key.size() != size && !is_deliveries) return std::nullopt;
    return QueuedKey{*parse_number(key.substr(kNumberBytes, kNumberBytes)), is_deliveries};
}

}  // namespace dray::shard
