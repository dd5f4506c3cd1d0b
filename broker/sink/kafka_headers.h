// What a message's properties become as headers of a Kafka record:
//
//     mqtt-topic                      what it was published to
//     mqtt-content-type               mqtt-response-topic       mqtt-correlation-data (any bytes)
//     mqtt-message-expiry-interval    seconds that were left when it was given
//     mqtt-payload-format-indicator   1: the publisher says that the value is UTF-8
//     ...                             its user properties by their own names, stream-offset and stream-time
//     among them
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sink/record.h"

namespace dray::sink {

struct KafkaHeader {
    std::string_view name;
    std::string value;
};
std::vector<KafkaHeader> kafka_headers(const Record& record);

}  // namespace dray::sink
