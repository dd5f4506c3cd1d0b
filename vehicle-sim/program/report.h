// What the fleet did, in words and in JSON: the lines while it runs and the report at the end.
#pragma once

#include <string>

#include "program/snapshot.h"

namespace dray::program {

// kind: "status" while it runs, "total" at the end. One line, without the line end.
std::string json_line(const char* kind, const Snapshot& snapshot, const Rates& rates);
std::string text_line(const Snapshot& snapshot, const Rates& rates);
// The report at the end, several lines.
std::string text_report(const Snapshot& snapshot);
// 18:04:59
std::string clock_text(double seconds_of_day);
// "420 ms", "1.3 s", "12 min": as exact as anybody reads it.
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace dray::program
