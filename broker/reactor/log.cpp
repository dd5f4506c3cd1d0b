#include "reactor/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

namespace dray::reactor {

namespace {

LogFormat chosen_format = LogFormat::kHuman;
std::uint32_t chosen_lines_per_s_max = kLogLinesPerSecondMax;

spdlog::level::level_enum level_of(LogLevel level) {
    switch (level) {
        case LogLevel::kDebug:
            return spdlog::level::debug;
        case LogLevel::kInfo:
            return spdlog::level::info;
        case LogLevel::kWarning:
            return spdlog::level::warn;
        case LogLevel::kError:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

// The pattern's last part is closed by the line itself.
constexpr const char* kHumanPattern = "%Y-%m-%dT%H:%M:%S.%eZ %-7l  %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made =
            std::make_shared<spdlog::logger>("drayd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern(kHumanPattern, spdlog::pattern_time_type::utc);
        made->flush_on(spdlog::level::debug);
        return made;
    }();
    return *instance;
}

// A JSON string. Control characters are escaped, so that a peer's bytes cannot forge lines.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            out += '\\';
            out += letter;
        } else if (code < 0x20 || code == 0x7F) {
            out += fmt::format("\\u{:04x}", code);
        } else {
            out += letter;
        }
    }
    return out += '"';
}

bool needs_quotes(std::string_view text) {
    for (const char letter : text) {
        if (letter == ' ' || letter == '"' || letter == '\\' || letter == '=' || letter == 0x7F ||
            static_cast<unsigned char>(letter) < 0x20) {
            return true;
        }
    }
    return false;
}

std::string human_line(std::string_view what, LogFields fields) {
    std::string line{what};
    for (const char* gap = "  "; const LogField& field : fields) {
        if (field.value.empty()) continue;
        line += fmt::format("{}{}={}", gap, field.key,
                            needs_quotes(field.value) ? quoted(field.value) : field.value);
        gap = " ";
    }
    return line;
}

std::string json_line(std::string_view what, LogFields fields) {
    std::string line = "\"event\":" + quoted(what);
    for (const LogField& field : fields) {
        if (!field.value.empty()) line += fmt::format(",{}:{}", quoted(field.key), quoted(field.value));
    }
    return line;
}

}  // namespace

void configure_log(LogLevel least, LogFormat format, std::uint32_t lines_per_s_max) {
    chosen_format = format;
    chosen_lines_per_s_max = lines_per_s_max;
    logger().set_pattern(format == LogFormat::kJson ? kJsonPattern : kHumanPattern,
                         spdlog::pattern_time_type::utc);
    logger().set_level(level_of(least));
}

bool logs(LogLevel level) {
    return logger().should_log(level_of(level));
}

void log(LogLevel level, std::string_view what, LogFields fields) {
    if (!logs(level)) return;
    logger().log(level_of(level), "{}",
                 chosen_format == LogFormat::kJson ? json_line(what, fields) : human_line(what, fields));
}

LogBudget::LogBudget() : LogBudget(chosen_lines_per_s_max, 1) {}

bool LogBudget::take(Instant now) {
    if (now.ms / span_ms_ != span_) {
        span_ = now.ms / span_ms_;
        used_ = 0;
    }
    if (used_ >= lines_) {
        ++suppressed_;
        return false;
    }
    ++used_;
    return true;
}

std::uint32_t LogBudget::take_suppressed() {
    return std::exchange(suppressed_, 0);
}

}  // namespace dray::reactor
