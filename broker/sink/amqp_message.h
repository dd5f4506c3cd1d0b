// What a message's properties become as those of an AMQP 0-9-1 message (Basic class, section 1.8.1 of the
// protocol):
//
//     content-type, reply-to          Content Type and Response Topic, if they have 255 bytes at the most;
//     else as the
//                                     headers mqtt-content-type and mqtt-response-topic
//     content-encoding = utf-8        the publisher says that the payload is UTF-8
//     correlation-id                  Correlation Data, if it is UTF-8 of 255 bytes at the most; else the
//     header
//                                     mqtt-correlation-data
//     expiration                      what was left of it, in milliseconds; nothing beyond the 49 days that a
//     server takes message-id = <stream>:<offset>  the same each time that it is sent: by this receivers know
//     what they had timestamp                       when the stream took it, in seconds headers mqtt-topic,
//     and the user properties by their own names, stream-offset and
//                                     stream-time among them; of a name that comes again all values, as an
//                                     array
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/address.h"
#include "sink/record.h"

namespace dray::sink {

struct AmqpHeader {
    std::string_view name;
    std::vector<std::string_view> values;
};

struct AmqpMessage {
    std::string message_id;
    std::optional<std::string_view> content_type;
    std::optional<std::string_view> content_encoding;
    std::optional<std::string_view> reply_to;
    std::optional<std::string_view> correlation_id;
    std::optional<std::string> expiration;
    std::uint64_t timestamp_s = 0;
    std::vector<AmqpHeader> headers;
};

// The error says why AMQP cannot say it. `header_bytes_max`: all properties go in one frame.
Result<AmqpMessage, net::Failure> amqp_message(const Record& record, std::string_view stream,
                                               std::size_t header_bytes_max);

// "orders:17" -> 17; 0 if it is none.
std::uint64_t offset_of_message_id(std::string_view message_id);

}  // namespace dray::sink
