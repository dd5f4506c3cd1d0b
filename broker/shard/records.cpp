#include "shard/records.h"

#include "shard/record_codec.h"

namespace dray::shard {

namespace {

using session::Message;
using session::MessageRef;

constexpr std::size_t kNumberBytes = 8;

// Flags of entries, besides kQos and kRetain.
constexpr unsigned kHasId = 8;
constexpr unsigned kHasMoreIds = 16;
constexpr unsigned kIsBody = 32;

template <typename Number>
void append_big_endian(std::string& out, Number number) {
    for (int shift = 8 * (static_cast<int>(sizeof number) - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>(number >> shift & 0xFF);
    }
}

std::optional<session::Held> decode_entry(std::string_view bytes) {
    RecordReader in(bytes);
    session::Held held;
    const auto flags = in.number<std::uint8_t>();
    held.qos = static_cast<mqtt::QoS>(flags & kQos);
    held.retain = (flags & kRetain) != 0;
    if (flags > (kQos | kRetain | kHasId | kHasMoreIds | kIsBody)) in.fail();
    if ((flags & kQos) == 0 || (flags & kQos) == 3) in.fail();
    if ((flags & kHasId) != 0) held.subscription_id = in.number<std::uint32_t>();
    if ((flags & kHasMoreIds) != 0) held.more_subscription_ids = Message::make_raw(as_text(in.properties()));
    if ((flags & kIsBody) != 0) {
        held.body = in.number<std::uint64_t>();
        if (held.body == 0) in.fail();
    } else {
        held.message = in.message();
    }
    if (!in.all_read()) return std::nullopt;
    return held;
}

}  // namespace

std::string encode(const Message& message) {
    std::string bytes;
    bytes.reserve(message.weight());
    RecordWriter(bytes).message(message);
    return bytes;
}

MessageRef decode_message(std::string_view bytes) {
    return RecordReader(bytes).message();
}

std::string encode(const SessionRecord& record) {
    std::string bytes;
    RecordWriter out(bytes);
    const auto flags = static_cast<std::uint8_t>((record.is_connected ? 1U : 0U) | (record.will ? 2U : 0U));
    out.number(record.number).number(record.expiry_s).number(flags);
    out.instant(record.ends_at).number(record.sent_up_to).text(record.user_name);
    if (record.will) {
        out.number(record.will->delay_s).instant(record.will->due_at).message(*record.will->message);
    }
    return bytes;
}

std::optional<SessionRecord> decode_session(std::string_view bytes) {
    RecordReader in(bytes);
    SessionRecord record;
    record.number = in.number<std::uint64_t>();
    record.expiry_s = in.number<std::uint32_t>();
    const auto flags = in.number<std::uint8_t>();
    if (flags > 3) in.fail();
    record.is_connected = (flags & 1U) != 0;
    record.ends_at = in.instant();
    record.sent_up_to = in.number<std::uint64_t>();
    record.user_name = in.text();
    if (in.ok() && (flags & 2U) != 0) {
        record.will = SessionRecord::Will{};
        record.will->delay_s = in.number<std::uint32_t>();
        record.will->due_at = in.instant();
        record.will->message = in.message();
    }
    if (!in.all_read()) return std::nullopt;
    return record;
}

std::string encode(const SubscriptionRecord& record) {
    const mqtt::SubscriptionOptions& options = record.options;
    const unsigned bits = static_cast<unsigned>(options.qos) | (options.no_local ? 4U : 0U) |
                          (options.retain_as_published ? 8U : 0U) |
                          static_cast<unsigned>(options.retain_handling) << 4;
    std::string bytes;
    RecordWriter(bytes).number(static_cast<std::uint8_t>(bits)).number(record.id);
    return bytes;
}

std::optional<SubscriptionRecord> decode_subscription(std::string_view bytes) {
    RecordReader in(bytes);
    const auto bits = in.number<std::uint8_t>();
    SubscriptionRecord record;
    record.id = in.number<std::uint32_t>();
    if (!in.all_read() || (bits & 3U) == 3 || bits >> 4 > 2) return std::nullopt;
    record.options = {static_cast<mqtt::QoS>(bits & 3U), (bits & 4U) != 0, (bits & 8U) != 0,
                      static_cast<mqtt::RetainHandling>(bits >> 4)};
    return record;
}

std::string encode(const ProgressRecord& record) {
    std::string bytes;
    RecordWriter(bytes).number(record.live).number(record.released);
    return bytes;
}

std::optional<ProgressRecord> decode_progress(std::string_view bytes) {
    RecordReader in(bytes);
    ProgressRecord record;
    record.live = in.number<std::uint64_t>();
    record.released = in.number<std::uint64_t>();
    if (!in.all_read()) return std::nullopt;
    return record;
}

std::string encode_holders(std::uint32_t count) {
    std::string bytes;
    RecordWriter(bytes).number(count);
    return bytes;
}

std::optional<std::uint32_t> decode_holders(std::string_view bytes) {
    RecordReader in(bytes);
    const auto count = in.number<std::uint32_t>();
    if (!in.all_read() || count == 0) return std::nullopt;
    return count;
}

void append_entry(std::string& page, const session::Held& held) {
    RecordWriter(page).sized([&held](RecordWriter& out) {
        out.number(static_cast<std::uint8_t>(static_cast<unsigned>(held.qos) | (held.retain ? kRetain : 0) |
                                             (held.subscription_id != 0 ? kHasId : 0) |
                                             (held.more_subscription_ids ? kHasMoreIds : 0) |
                                             (held.body != 0 ? kIsBody : 0)));
        if (held.subscription_id != 0) out.number(held.subscription_id);
        if (held.more_subscription_ids) out.text(as_text(held.more_subscription_ids->payload()));
        if (held.body != 0) {
            out.number(held.body);
        } else {
            out.message(*held.message);
        }
    });
}

void append_nothing(std::string& page) {
    RecordWriter(page).text({});
}

PageRemains decode_remains(std::string_view bytes) {
    RecordReader page(bytes);
    PageRemains remains;
    while (page.ok() && !page.at_end() && remains.entries.size() < session::Page::kCountMax) {
        const std::string_view entry = page.text();
        if (!page.ok()) break;
        remains.entries.push_back(entry.empty() ? std::nullopt : decode_entry(entry));
        remains.is_damaged |= !entry.empty() && !remains.entries.back();
    }
    remains.is_cut = !page.ok() || !page.at_end() || remains.entries.empty();
    remains.is_damaged |= remains.is_cut;
    return remains;
}

std::optional<PageEntries> decode_page(std::string_view bytes) {
    PageRemains remains = decode_remains(bytes);
    if (remains.is_damaged) return std::nullopt;
    return std::move(remains.entries);
}

std::string key_of(StoredNumber session) {
    std::string key;
    append_big_endian(key, session);
    return key;
}

std::string key_of(StoredNumber session, std::uint64_t position) {
    std::string key = key_of(session);
    append_big_endian(key, position);
    return key;
}

std::string key_of(StoredNumber session, std::string_view filter) {
    return key_of(session).append(filter);
}

std::string key_of(StoredNumber session, mqtt::PacketId packet_id) {
    std::string key = key_of(session);
    append_big_endian(key, static_cast<std::uint16_t>(packet_id));
    return key;
}

std::optional<SessionKey> parse_session_key(std::string_view key) {
    if (key.size() < kNumberBytes) return std::nullopt;
    return SessionKey{*parse_number(key.substr(0, kNumberBytes)), key.substr(kNumberBytes)};
}

std::optional<std::uint64_t> parse_number(std::string_view big_endian) {
    if (big_endian.size() != 2 && big_endian.size() != kNumberBytes) return std::nullopt;
    std::uint64_t number = 0;
    for (const char byte : big_endian) number = number << 8 | static_cast<std::uint8_t>(byte);
    return number;
}

std::optional<std::uint64_t> position_in(std::string_view key) {
    const auto parts = parse_session_key(key);
    return parts ? parse_number(parts->rest) : std::nullopt;
}

}  // namespace dray::shard
