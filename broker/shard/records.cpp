#include "shard/records.h"

#include "mqtt/properties.h"
#include "mqtt/reader.h"
#include "mqtt/topic.h"

namespace dray::shard {

namespace {

using session::Message;
using session::MessageRef;

constexpr std::size_t kNumberBytes = 8;

template <typename Number>
void append_big_endian(std::string& out, Number number) {
    for (int shift = 8 * (static_cast<int>(sizeof number) - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>(number >> shift & 0xFF);
    }
}

class Writer {
  public:
    template <typename Number>
    Writer& number(Number value) {
        for (std::size_t i = 0; i < sizeof value; ++i) bytes_ += static_cast<char>(value >> 8 * i & 0xFF);
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
        const auto flags =
            static_cast<std::uint8_t>(static_cast<unsigned>(message.qos()) | (message.retain() ? 4U : 0U));
        return number(flags)
            .instant(message.expires_at())
            .text(message.topic())
            .text(as_text(message.properties().wire()))
            .rest(as_text(message.payload()));
    }
    std::string take() { return std::move(bytes_); }
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

  private:
    std::string bytes_;
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
        const Instant expires_at = instant();
        const std::string_view topic = text();
        mqtt::Publish publish;
        publish.properties = mqtt::Properties(properties());
        publish.payload = as_bytes(rest());
        publish.qos = static_cast<mqtt::QoS>(flags & 3U);
        publish.retain = (flags & 4U) != 0;
        if ((flags & 3U) == 3 || flags > 7 || topic.size() > 0xFFFF) ok_ = false;
        if (!mqtt::is_valid_topic_name(topic)) ok_ = false;
        return ok_ ? Message::make(publish, topic, {0, expires_at}) : MessageRef();
    }
    void fail() { ok_ = false; }
    bool ok() const { return ok_; }
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

constexpr std::uint8_t kStateHeld = 0;
constexpr std::uint8_t kStateReleased = 1;

}  // namespace

std::string encode(const Message& message) {
    Writer out;
    out.reserve(message.weight());
    return out.message(message).take();
}

MessageRef decode_message(std::string_view bytes) {
    return Reader(bytes).message();
}

std::string encode(const SessionRecord& record) {
    Writer out;
    const auto flags = static_cast<std::uint8_t>((record.is_connected ? 1U : 0U) | (record.will ? 2U : 0U));
    out.number(record.number).number(record.expiry_s).number(flags);
    out.instant(record.ends_at).number(record.sent_up_to).text(record.user_name);
    if (record.will) {
        out.number(record.will->delay_s).instant(record.will->due_at).message(*record.will->message);
    }
    return out.take();
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
    return Writer().number(static_cast<std::uint8_t>(bits)).number(record.id).take();
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

std::string encode(const EntryRecord& record) {
    Writer out;
    if (record.released) return out.number(kStateReleased).take();
    const session::Held& held = record.held;
    const auto flags = static_cast<std::uint8_t>(static_cast<unsigned>(held.qos) | (held.retain ? 4U : 0U));
    out.reserve(held.message->weight());
    out.number(kStateHeld).number(flags).number(held.subscription_id);
    out.text(held.more_subscription_ids ? as_text(held.more_subscription_ids->payload()) : "");
    return out.message(*held.message).take();
}

std::optional<EntryRecord> decode_entry(std::string_view bytes) {
    Reader in(bytes);
    EntryRecord record;
    const auto state = in.number<std::uint8_t>();
    record.released = state == kStateReleased;
    session::Held& held = record.held;
    if (record.released) {
        held.qos = mqtt::QoS::kExactlyOnce;
    } else {
        const auto flags = in.number<std::uint8_t>();
        held.qos = static_cast<mqtt::QoS>(flags & 3U);
        held.retain = (flags & 4U) != 0;
        if (flags > 7 || (flags & 3U) == 0 || (flags & 3U) == 3) in.fail();
        held.subscription_id = in.number<std::uint32_t>();
        const std::string_view more = as_text(in.properties());
        if (!more.empty()) held.more_subscription_ids = Message::make_raw(more);
        held.message = in.message();
    }
    if (state > kStateReleased || !in.all_read()) return std::nullopt;
    return record;
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

}  // namespace dray::shard
