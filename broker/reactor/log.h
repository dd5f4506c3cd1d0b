// The log: one line tells what happened, to whom, and why. Lines go to stderr, as text for people or as one
// JSON object a line; any thread may write. A field without a value is left out.
//
//     log_warning("cannot accept a connection", {{"listener", address}, {"why", error.message()}});
//     2026-11-22T08:36:37.123Z warning  cannot accept a connection  listener=127.0.0.1:1883 why="Too many …"
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace dray::reactor {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };
enum class LogFormat : std::uint8_t { kHuman, kJson };

struct LogField {
    std::string_view key;
    std::string value;

    LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
    template <std::integral Number>
    LogField(std::string_view k, Number number) : key(k), value(std::to_string(number)) {}
};
using LogFields = std::initializer_list<LogField>;

inline constexpr std::uint32_t kLogLinesPerSecondMax = 20;

// Before other threads start. The default is info and human. `lines_per_s_max`: of the LogBudgets that are
// made later and not told otherwise.
void configure_log(LogLevel least, LogFormat format, std::uint32_t lines_per_s_max = kLogLinesPerSecondMax);

bool logs(LogLevel level);
void log(LogLevel level, std::string_view what, LogFields fields = {});

inline void log_info(std::string_view what, LogFields fields = {}) {
    log(LogLevel::kInfo, what, fields);
}
inline void log_warning(std::string_view what, LogFields fields = {}) {
    log(LogLevel::kWarning, what, fields);
}
inline void log_error(std::string_view what, LogFields fields = {}) {
    log(LogLevel::kError, what, fields);
}

// Keeps clients from filling the disk: so many lines in a span of time, and how many more were left out. One
// thread's.
class LogBudget {
  public:
    LogBudget();  // as configured
    LogBudget(std::uint32_t lines, std::uint32_t seconds) : lines_(lines), span_ms_(seconds * 1000) {}
    // Whether a line may be written now.
    bool take(Instant now);
    // Lines left out since the last call.
    std::uint32_t take_suppressed();

  private:
    std::uint32_t lines_;
    std::uint32_t span_ms_;
    std::uint32_t used_ = 0;
    std::uint32_t suppressed_ = 0;
    std::int64_t span_ = 0;
};

}  // namespace dray::reactor
