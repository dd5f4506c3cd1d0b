// How a queue is declared, in the configuration ([[queue]]) or while the broker runs.
//
//     topics that match a filter  ->  queue  ->  consumers: whoever subscribes to $queue/<name>
//
// Pure values and functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/message.h"

namespace dray::shard {

// What a queue does with one message more than it may hold.
enum class Overflow : std::uint8_t {
    kReject,      // publishers are refused (5.0) or held back until there is room
    kDropOldest,  // the oldest that waits is discarded
    kDeadLetter,  // the oldest that waits goes to the dead-letter queue
};

struct QueueOptions {
    std::string name;
    std::vector<std::string> filters;      // what it attracts; none: only dead letters of other queues
    bool exclusive = false;                // one consumer at a time, the others stand by
    std::uint64_t ttl_ms = 0;              // from arrival; 0 = no limit
    std::uint64_t messages_max = 100'000;  // that wait; what consumers have does not count
    std::uint64_t bytes_max = 1024ULL * 1024 * 1024;
    Overflow overflow = Overflow::kReject;
    std::uint32_t deliveries_max = 0;           // then it is a dead letter; 0 = no limit
    std::uint32_t retry_delay_ms = 0;           // after a refusal; doubles each time ...
    std::uint32_t retry_delay_ms_max = 60'000;  // ... up to this
    std::string dead_letter_queue;              // made when it is needed if it does not exist; "" = none
    std::string key;                            // OrderKey in words
    std::uint64_t alert_messages = 0;           // 0 = off
    std::uint64_t alert_age_ms = 0;             // of the oldest message; 0 = off

    friend bool operator==(const QueueOptions&, const QueueOptions&) = default;
};

struct QueueMistake {
    const char* option = "";  // its name in QueueOptions
    std::string what;
};
std::optional<QueueMistake> find_mistake(const QueueOptions& options);

// Of messages with the same key the next is only given out when the one before is done.
//
//     ""                       no order beyond that of arrival: every message has its own key
//     "topic"                  the topic
//     "topic-level:2"          a level of the topic, counted from 1; "" if there are not so many
//     "user-property:order"    the first user property of that name; without one a message has its own key
class OrderKey {
  public:
    OrderKey() = default;
    static std::optional<OrderKey> parse(std::string_view words);

    // Nothing: the message has its own key. A view of the message's bytes.
    std::optional<std::string_view> of(const session::Message& message) const;

  private:
    enum class Kind : std::uint8_t { kNone, kTopic, kTopicLevel, kUserProperty };
    Kind kind_ = Kind::kNone;
    std::uint16_t level_ = 0;
    std::string property_;
};

}  // namespace dray::shard
