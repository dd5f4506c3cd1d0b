#include "shard/records.h"

#include "mqtt/properties.h"
#include "mqtt/reader.h"
#include "mqtt/topic.h"

namespace dray::shard {

namespace {

using session::Message;
using session::MessageRef;

constexpr std::size_t kNumberBytes = 8;

// Flags of messages and of entries.
constexpr unsigned kQos = 3;
constexpr unsigned kRetain = 4;
constexpr unsigned kExpires = 8;         // of a message
constexpr unsigned kHasProperties = 16;  // of a message
constexpr unsigned kHasId = 8;           // of an entry
constexpr unsigned kHasMoreIds = 16;     // of an entry
constexpr unsigned kIsBody = 32;         // of an entry

template <typename Number>
void append_big_endian(std::string& out, Number number) {
    for (int shift = 8 * (static_cast<int>(sizeof number) - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>(number >> shift & 0xFF);
    }
}

template <typename Number>
void write_little_endian(char* to, Number value) {
    for (std::size_t i = 0; i < sizeof value; ++i) to[i] = static_cast<char>(value >> 8 * i & 0xFF);
}

// Writes behind what is there.
class Writer {
  public:
    explicit Writer(std::string& bytes) : bytes_(bytes) {}

    template <typename Number>
    Writer& number(Number value) {
        char little_endian[sizeof value];
        write_little_endian(little_endian, value);
        bytes_.append(little_endian, sizeof value);
        return *this;
    }
    Writer& instant(Instant at) {
        return number(at == kNever ? ~std::uint64_t{0} : static_cast<std::uint64_t>(at.ms));
    }
    Writer& text(std::string_view value) {
        number(static_cast<std::uint32_t>(value.size()));
        return rest(value);
    }
    Writer& rest(std::string_view value) {
        bytes_ += value;
        return *this;
    }
    Writer& message(const Message& message) {
        const std::string_view properties = as_text(message.properties().wire());
        const bool expires = message.expires_at() != kNever;
        number(static_cast<std::uint8_t>(static_cast<unsigned>(message.qos()) |
                                         (message.retain() ? kRetain : 0) | (expires ? kExpires : 0) |
                                         (properties.empty() ? 0 : kHasProperties)));
        if (expires) instant(message.expires_at());
        number(static_cast<std::uint16_t>(message.topic().size())).rest(message.topic());
        if (!properties.empty()) text(properties);
        return rest(as_text(message.payload()));
    }

  private:
    std::string& bytes_;
};

// After the first thing that is not there, everything reads as empty and ok() is false.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : left_(bytes) {}

    template <typename Number>
    Number number() {
        const std::string_view bytes = take(sizeof(Number));
        Number value = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            value = static_cast<Number>(value | static_cast<Number>(static_cast<std::uint8_t>(bytes[i]))
                                                    << 8 * i);
        }
        return value;
    }
    Instant instant() {
        const auto ms = number<std::uint64_t>();
        return ms == ~std::uint64_t{0} ? kNever : Instant{static_cast<std::int64_t>(ms)};
    }
    std::string_view text() { return take(number<std::uint32_t>()); }
    std::string_view rest() { return take(left_.size()); }
    // Properties of a PUBLISH, as they stand on the wire: whoever walks them later relies on them.
    ByteView properties() {
        const ByteView wire = as_bytes(text());
        mqtt::Reader reader(wire);
        while (ok_ && !reader.at_end()) {
            const mqtt::Property property = reader.property();
            const mqtt::PropertyRule rule = mqtt::property_rule(static_cast<std::uint32_t>(property.id));
            ok_ = reader.ok() && rule.allows(mqtt::place_of(mqtt::PacketType::kPublish));
        }
        return ok_ ? wire : ByteView();
    }
    MessageRef message() {
        const auto flags = number<std::uint8_t>();
        const Instant expires_at = (flags & kExpires) != 0 ? instant() : kNever;
        const std::string_view topic = take(number<std::uint16_t>());
        mqtt::Publish publish;
        if ((flags & kHasProperties) != 0) publish.properties = mqtt::Properties(properties());
        publish.payload = as_bytes(rest());
        publish.qos = static_cast<mqtt::QoS>(flags & kQos);
        publish.retain = (flags & kRetain) != 0;
        if ((flags & kQos) == 3 || flags > (kQos | kRetain | kExpires | kHasProperties)) ok_ = false;
        if (!mqtt::is_valid_topic_name(topic)) ok_ = false;
        return ok_ ? Message::make(publish, topic, {0, expires_at}) : MessageRef();
    }
    void fail() { ok_ = false; }
    bool ok() const { return ok_; }
    bool at_end() const { return left_.empty(); }
    bool all_read() const { return ok_ && left_.empty(); }

  private:
    std::string_view take(std::size_t count) {
        if (count > left_.size()) ok_ = false;
        if (!ok_) return {};
        const std::string_view taken = left_.substr(0, count);
        left_.remove_prefix(count);
        return taken;
    }

    std::string_view left_;
    bool ok_ = true;
};

std::optional<session::Held> decode_entry(std::string_view bytes) {
    Reader in(bytes);
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
    Writer(bytes).message(message);
    return bytes;
}

MessageRef decode_message(std::string_view bytes) {
    return Reader(bytes).message();
}

std::string encode(const SessionRecord& record) {
    std::string bytes;
    Writer out(bytes);
    const auto flags = static_cast<std::uint8_t>((record.is_connected ? 1U : 0U) | (record.will ? 2U : 0U));
    out.number(record.number).number(record.expiry_s).number(flags);
    out.instant(record.ends_at).number(record.sent_up_to).text(record.user_name);
    if (record.will) {
        out.number(record.will->delay_s).instant(record.will->due_at).message(*record.will->message);
    }
    return bytes;
}

std::optional<SessionRecord> decode_session(std::string_view bytes) {
    Reader in(bytes);
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
    Writer(bytes).number(static_cast<std::uint8_t>(bits)).number(record.id);
    return bytes;
}

std::optional<SubscriptionRecord> decode_subscription(std::string_view bytes) {
    Reader in(bytes);
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
    Writer(bytes).number(record.live).number(record.released);
    return bytes;
}

std::optional<ProgressRecord> decode_progress(std::string_view bytes) {
    Reader in(bytes);
    ProgressRecord record;
    record.live = in.number<std::uint64_t>();
    record.released = in.number<std::uint64_t>();
    if (!in.all_read()) return std::nullopt;
    return record;
}

std::string encode_holders(std::uint32_t count) {
    std::string bytes;
    Writer(bytes).number(count);
    return bytes;
}

std::optional<std::uint32_t> decode_holders(std::string_view bytes) {
    Reader in(bytes);
    const auto count = in.number<std::uint32_t>();
    if (!in.all_read() || count == 0) return std::nullopt;
    return count;
}

void append_entry(std::string& page, const session::Held& held) {
    const std::size_t begin = page.size();
    Writer out(page);
    out.number(std::uint32_t{0});
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
    const std::size_t length = page.size() - begin - sizeof(std::uint32_t);
    write_little_endian(page.data() + begin, static_cast<std::uint32_t>(length));
}

void append_nothing(std::string& page) {
    Writer(page).text({});
}

std::optional<PageEntries> decode_page(std::string_view bytes) {
    Reader page(bytes);
    PageEntries entries;
    while (page.ok() && !page.at_end()) {
        const std::string_view entry = page.text();
        entries.push_back(entry.empty() ? std::nullopt : decode_entry(entry));
        if (!entry.empty() && !entries.back()) return std::nullopt;
    }
    if (!page.ok() || entries.empty() || entries.size() > session::Page::kCountMax) return std::nullopt;
    return entries;
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
