// A message of a stream on its way through a sink, and what of MQTT 5.0's properties means something
// elsewhere.
//
// Views of what somebody else holds. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_view.h"
#include "base/instant.h"
#include "mqtt/properties.h"

namespace dray::sink {

// Which message: they are counted as they come, from 1.
using Ticket = std::uint64_t;

struct Record {
    Ticket ticket = 0;
    std::string_view topic;
    ByteView payload;
    mqtt::Properties properties;
    std::uint64_t offset = 0;  // in its stream
    Instant at;                // when the stream took it
};

struct Fields {
    std::optional<std::string_view> content_type;
    std::optional<std::string_view> response_topic;
    std::optional<std::string_view> correlation_data;  // any bytes
    std::optional<std::uint32_t> expiry_s;             // that are left
    bool is_text = false;                              // the publisher says that the payload is UTF-8
    std::vector<std::pair<std::string_view, std::string_view>> user;  // in order; names may come again
};

// With the broker's own stream-offset and stream-time among the user properties.
Fields fields_of(const mqtt::Properties& properties);

}  // namespace dray::sink
