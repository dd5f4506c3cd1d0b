// An instant as people and programs write it, ISO 8601 in UTC: 2026-03-01T12:00:00.123Z
//
// Pure functions; any thread. Years 0 to 9999.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace dray {

// Always with milliseconds.
std::string to_iso_time(Instant at);

// The fraction may be missing, or have any number of digits (those beyond milliseconds are cut off); the zone
// is Z or +hh:mm or -hh:mm. Nothing if it is not such a time.
std::optional<Instant> parse_iso_time(std::string_view text);

}  // namespace dray
