#include "sink/amqp_message.h"

#include <algorithm>
#include <charconv>

#include "mqtt/utf8.h"

namespace dray::sink {

namespace {

constexpr std::size_t kShortMax = 255;                  // bytes of a short string
constexpr std::uint64_t kExpirationMsMax = 0xFFFFFFFF;  // RabbitMQ closes the channel for more
constexpr std::size_t kEntryBytes =
    1 + 1 + 4;  // of a header: the lengths of name and value, the kind of value
constexpr std::size_t kOtherBytes = 14 + 7 * (kShortMax + 1) + 64;  // all that is no header, at the most

bool is_short(std::string_view text) {
    return text.size() <= kShortMax;
}

}  // namespace

Result<AmqpMessage, net::Failure> amqp_message(const Record& record, std::string_view stream,
                                               std::size_t header_bytes_max) {
    const Fields fields = fields_of(record.properties);
    AmqpMessage message;
    std::size_t bytes = kOtherBytes;
    const auto add = [&](std::string_view name, std::string_view value) {
        bytes += name.size() + value.size() + 2 * kEntryBytes;
        const auto same = std::ranges::find(message.headers, name, &AmqpHeader::name);
        if (same != message.headers.end()) return same->values.push_back(value);
        message.headers.push_back({name, {value}});
    };
    const auto add_short = [&](std::optional<std::string_view>& place, std::string_view name,
                               const std::optional<std::string_view>& value, bool fits) {
        if (value && fits) place = value;
        if (value && !fits) add(name, *value);
    };
    message.message_id = std::string(stream) + ':' + std::to_string(record.offset);
    message.timestamp_s = static_cast<std::uint64_t>(std::max<std::int64_t>(record.at.ms, 0)) / 1000;
    add("mqtt-topic", record.topic);
    add_short(message.content_type, "mqtt-content-type", fields.content_type,
              fields.content_type && is_short(*fields.content_type));
    add_short(message.reply_to, "mqtt-response-topic", fields.response_topic,
              fields.response_topic && is_short(*fields.response_topic));
    add_short(message.correlation_id, "mqtt-correlation-data", fields.correlation_data,
              fields.correlation_data && is_short(*fields.correlation_data) &&
                  mqtt::is_valid_utf8(as_bytes(*fields.correlation_data)));
    if (fields.is_text) message.content_encoding = "utf-8";
    const std::uint64_t expiry_ms = std::uint64_t{fields.expiry_s.value_or(0)} * 1000;
    if (fields.expiry_s && expiry_ms <= kExpirationMsMax) message.expiration = std::to_string(expiry_ms);
    for (const auto& [name, value] : fields.user) {
        if (!is_short(name)) return net::Failure{"the name of a user property has more than 255 bytes"};
        add(name, value);
        if (bytes > header_bytes_max) break;
    }
    if (bytes > header_bytes_max) return net::Failure{"its properties are too long for a frame of AMQP"};
    return message;
}

std::uint64_t offset_of_message_id(std::string_view message_id) {
    const std::size_t colon = message_id.rfind(':');
    if (colon == std::string_view::npos) return 0;
    std::uint64_t offset = 0;
    std::from_chars(message_id.data() + colon + 1, message_id.data() + message_id.size(), offset);
    return offset;
}

}  // namespace dray::sink
