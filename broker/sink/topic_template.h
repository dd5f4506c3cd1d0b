// What a message is called on the other side, made of its topic:
//
//     "dray-{topic.0}"    "orders/17/paid"  ->  dray-orders
//     "{topic}"           the whole topic
//     "{topic.2}"         a level of it, from 0; nothing if it has fewer
//
// What is put in is written as the place wants it (Letters); the text around it stays as it is. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/address.h"

namespace dray::sink {

enum class Letters : std::uint8_t {
    kAsTheyAre,
    kDots,       // '/' becomes '.': AMQP's routing keys
    kKafkaName,  // ... and what else no Kafka topic may have in its name '_'
};

class TopicTemplate {
  public:
    // The error says what is wrong with it.
    static Result<TopicTemplate, net::Failure> parse(std::string_view text, Letters letters);
    std::string fill(std::string_view topic) const;

  private:
    enum class What : std::uint8_t { kText, kTopic, kLevel };
    struct Part {
        What what{};
        std::string text = {};
        std::size_t level = 0;
    };
    std::vector<Part> parts_;
    Letters letters_{};
};

// Why no Kafka topic can be called so; empty: one can.
std::string_view mistake_in_kafka_topic(std::string_view name);

}  // namespace dray::sink
