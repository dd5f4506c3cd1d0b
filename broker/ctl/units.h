// Times and sizes as people write and read them.
//
//     "90s" "5m" "2h" "7d" "250ms"        -> milliseconds        2 h 5 m   12.5 s   250 ms
//     "512" "64KiB" "10MB" "1GiB"         -> bytes               1.5 MiB
//
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dray::ctl {

// A whole number and a unit. Nothing if it is none, or too large.
std::optional<std::uint64_t> parse_duration_ms(std::string_view text);
std::optional<std::uint64_t> parse_bytes(std::string_view text);

std::string show_duration(std::uint64_t ms);
std::string show_bytes(std::uint64_t bytes);
std::string show_count(std::uint64_t count);  // 1 234 567

}  // namespace dray::ctl
