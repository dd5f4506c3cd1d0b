// How a SUBSCRIBE names a stream and where its reading begins, in the same words for every version of MQTT:
//
//     $stream/<name>                       from <start>, all topics
//     $stream/<name>/<start>
//     $stream/<name>/<start>/<filter>      only topics that the filter takes
//
//     <start>   earliest                   the oldest message that is there
//               latest                     what is published from now on; also if nothing is said
//               <offset>                   1 is the first message of the stream
//               @<time>                    seconds since the Unix epoch, or ISO 8601: @2026-03-01T12:00:00Z
//
// MQTT 5.0 clients may say <start> for the first form by a user property `stream-offset` of the SUBSCRIBE.
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/instant.h"
#include "mqtt/properties.h"

namespace dray::shard {

inline constexpr std::string_view kStreamRoot = "$stream/";
inline constexpr std::string_view kStreamOffset = "stream-offset";  // user properties
inline constexpr std::string_view kStreamTime = "stream-time";

struct StreamFilter {
    std::string_view stream;
    std::string_view start;   // empty: not said
    std::string_view filter;  // of topics; empty: all
};
// Nothing if it does not begin with $stream/.
std::optional<StreamFilter> parse_stream_filter(std::string_view filter);

struct StreamStart {
    enum class From : std::uint8_t { kEarliest, kLatest, kOffset, kTime };
    From from = From::kLatest;
    std::uint64_t offset = 0;
    Instant time;

    friend bool operator==(const StreamStart&, const StreamStart&) = default;
};
// Nothing if that is no place to begin.
std::optional<StreamStart> parse_stream_start(std::string_view text);

// What a SUBSCRIBE says by its user property; empty: nothing.
std::string_view start_property(const mqtt::Properties& properties);

}  // namespace dray::shard
