// How numbers, texts, times and messages stand in a record; records.h has the words for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "mqtt/packet.h"
#include "mqtt/properties.h"
#include "mqtt/property_rules.h"
#include "mqtt/reader.h"
#include "mqtt/topic.h"
#include "session/message.h"

namespace dray::shard {

// Flags of messages; the first two are those of entries as well.
inline constexpr unsigned kQos = 3;
inline constexpr unsigned kRetain = 4;
inline constexpr unsigned kExpires = 8;
inline constexpr unsigned kHasProperties = 16;

template <typename Number>
void write_little_endian(char* to, Number value) {
    for (std::size_t i = 0; i < sizeof value; ++i) to[i] = static_cast<char>(value >> 8 * i & 0xFF);
}

// Writes behind what is there.
class RecordWriter {
  public:
    explicit RecordWriter(std::string& bytes) : bytes_(bytes) {}

    template <typename Number>
    RecordWriter& number(Number value) {
        char little_endian[sizeof value];
        write_little_endian(little_endian, value);
        bytes_.append(little_endian, sizeof value);
        return *this;
    }
    RecordWriter& instant(Instant at) {
        return number(at == kNever ? ~std::uint64_t{0} : static_cast<std::uint64_t>(at.ms));
    }
    RecordWriter& text(std::string_view value) {
        number(static_cast<std::uint32_t>(value.size()));
        return rest(value);
    }
    // A text that `write` writes. void(RecordWriter&)
    template <typename Write>
    RecordWriter& sized(Write write) {
        const std::size_t begin = bytes_.size();
        number(std::uint32_t{0});
        write(*this);
        const std::size_t length = bytes_.size() - begin - sizeof(std::uint32_t);
        write_little_endian(bytes_.data() + begin, static_cast<std::uint32_t>(length));
        return *this;
    }
    RecordWriter& rest(std::string_view value) {
        bytes_ += value;
        return *this;
    }
    RecordWriter& message(const session::Message& message) {
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
class RecordReader {
  public:
    explicit RecordReader(std::string_view bytes) : left_(bytes) {}

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
    // A message as views of the bytes.
    mqtt::Publish publish(Instant& expires_at) {
        const auto flags = number<std::uint8_t>();
        expires_at = (flags & kExpires) != 0 ? instant() : kNever;
        mqtt::Publish publish;
        publish.topic = take(number<std::uint16_t>());
        if ((flags & kHasProperties) != 0) publish.properties = mqtt::Properties(properties());
        publish.payload = as_bytes(rest());
        publish.qos = static_cast<mqtt::QoS>(flags & kQos);
        publish.retain = (flags & kRetain) != 0;
        if ((flags & kQos) == 3 || flags > (kQos | kRetain | kExpires | kHasProperties)) ok_ = false;
        if (!mqtt::is_valid_topic_name(publish.topic)) ok_ = false;
        return publish;
    }
    session::MessageRef message() {
        Instant expires_at;
        const mqtt::Publish read = publish(expires_at);
        return ok_ ? session::Message::make(read, read.topic, {0, expires_at}) : session::MessageRef();
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

}  // namespace dray::shard
