#include "ctl/units.h"

#include <charconv>
#include <cstdio>
#include <limits>
#include <span>

namespace dray::ctl {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t size = 1;
};
constexpr Unit kDurations[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit kSizes[] = {{"", 1},
                           {"B", 1},
                           {"kB", 1000},
                           {"MB", 1'000'000},
                           {"GB", 1'000'000'000},
                           {"TB", 1'000'000'000'000},
                           {"KiB", 1ULL << 10},
                           {"MiB", 1ULL << 20},
                           {"GiB", 1ULL << 30},
                           {"TiB", 1ULL << 40}};

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc()) return std::nullopt;
    for (const Unit& unit : units) {
        if (unit.name != std::string_view(rest, static_cast<std::size_t>(end - rest))) continue;
        if (number > std::numeric_limits<std::uint64_t>::max() / unit.size) return std::nullopt;
        return number * unit.size;
    }
    return std::nullopt;
}

// "2 h 5 m", "2 h"
std::string two_units(std::uint64_t large, const char* large_name, std::uint64_t small,
                      const char* small_name) {
    std::string text = std::to_string(large) + ' ' + large_name;
    if (small > 0) text += ' ' + std::to_string(small) + ' ' + small_name;
    return text;
}

std::string one_decimal(double number, const char* unit) {
    char text[48];
    std::snprintf(text, sizeof text, "%.1f %s", number, unit);
    return text;
}

}  // namespace

std::optional<std::uint64_t> parse_duration_ms(std::string_view text) {
    if (text == "0") return 0;
    return parse(text, kDurations);
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    return parse(text, kSizes);
}

std::string show_duration(std::uint64_t ms) {
    const std::uint64_t s = ms / 1000;
    if (ms < 1000) return std::to_string(ms) + " ms";
    if (s < 60) return one_decimal(static_cast<double>(ms / 100) / 10, "s");
    if (s < 3600) return two_units(s / 60, "m", s % 60, "s");
    if (s < 86'400) return two_units(s / 3600, "h", s / 60 % 60, "m");
    return two_units(s / 86'400, "d", s / 3600 % 24, "h");
}

std::string show_bytes(std::uint64_t bytes) {
    if (bytes < 1024) return std::to_string(bytes) + " B";
    static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    auto number = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; number >= 1023.95; ++unit) number /= 1024;
    return one_decimal(number, kUnits[unit]);
}

std::string show_count(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ' ');
    return text;
}

}  // namespace dray::ctl
