#include "shard/queue_options.h"

#include <charconv>

#include "mqtt/topic.h"
#include "mqtt/user_property.h"
#include "shard/named_takers.h"

namespace dray::shard {

namespace {

constexpr std::string_view kTopicLevel = "topic-level:";
constexpr std::string_view kUserProperty = "user-property:";

}  // namespace

std::optional<QueueMistake> find_mistake(const QueueOptions& options) {
    if (!is_valid_taker_name(options.name)) {
        return QueueMistake{"name", "must be 1 to 200 bytes without '/', '+', '#' and control characters"};
    }
    for (const std::string& filter : options.filters) {
        if (is_attracted_by(filter)) continue;
        return QueueMistake{"filters", "'" + filter + "' is no topic filter that a queue can have"};
    }
    if (options.messages_max == 0) return QueueMistake{"messages_max", "must be at least 1"};
    if (options.bytes_max == 0) return QueueMistake{"bytes_max", "must be at least 1"};
    if (!OrderKey::parse(options.key)) {
        return QueueMistake{"key",
                            "must be \"\", \"topic\", \"topic-level:N\" from 1, or \"user-property:NAME\""};
    }
    const std::string& dead_letters = options.dead_letter_queue;
    if (!dead_letters.empty() && !is_valid_taker_name(dead_letters)) {
        return QueueMistake{"dead_letter_queue", "is not a queue's name"};
    }
    if (dead_letters == options.name) return QueueMistake{"dead_letter_queue", "is the queue itself"};
    if (dead_letters.empty() && options.overflow == Overflow::kDeadLetter) {
        return QueueMistake{"overflow", "\"dead-letter\" needs dead_letter_queue"};
    }
    if (dead_letters.empty() && options.deliveries_max > 0) {
        return QueueMistake{"deliveries_max", "needs dead_letter_queue, where such a message goes"};
    }
    return std::nullopt;
}

std::optional<OrderKey> OrderKey::parse(std::string_view words) {
    OrderKey key;
    if (words.empty()) return key;
    if (words == "topic") {
        key.kind_ = Kind::kTopic;
        return key;
    }
    if (words.starts_with(kTopicLevel)) {
        const std::string_view number = words.substr(kTopicLevel.size());
        const char* const end = number.data() + number.size();
        const auto [rest, error] = std::from_chars(number.data(), end, key.level_);
        if (error != std::errc() || rest != end || key.level_ == 0) return std::nullopt;
        key.kind_ = Kind::kTopicLevel;
        return key;
    }
    if (!words.starts_with(kUserProperty) || words.size() == kUserProperty.size()) return std::nullopt;
    key.kind_ = Kind::kUserProperty;
    key.property_ = words.substr(kUserProperty.size());
    return key;
}

std::optional<std::string_view> OrderKey::of(const session::Message& message) const {
    switch (kind_) {
        case Kind::kNone:
            break;
        case Kind::kTopic:
            return message.topic();
        case Kind::kTopicLevel: {
            mqtt::Levels levels(message.topic());
            std::optional<std::string_view> level;
            for (std::uint16_t i = 0; i < level_; ++i) level = levels.next();
            return level.value_or("");
        }
        case Kind::kUserProperty:
            return mqtt::user_property(message.properties(), property_);
    }
    return std::nullopt;
}

}  // namespace dray::shard
