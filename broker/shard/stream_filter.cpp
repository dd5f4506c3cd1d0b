#include "shard/stream_filter.h"

#include <charconv>

#include "base/iso_time.h"
#include "mqtt/user_property.h"

namespace dray::shard {

namespace {

// Takes the first level off.
std::string_view take_level(std::string_view& rest) {
    const std::size_t slash = rest.find('/');
    const std::string_view level = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    return level;
}

std::optional<std::uint64_t> parse_whole(std::string_view text) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (text.empty() || error != std::errc() || stopped != end) return std::nullopt;
    return number;
}

// "1767225600" or "1767225600.25"
std::optional<Instant> parse_unix_time(std::string_view text) {
    constexpr std::uint64_t kSecondsMax = 1ULL << 40;
    const std::size_t point = text.find('.');
    const auto seconds = parse_whole(text.substr(0, point));
    if (!seconds || *seconds > kSecondsMax) return std::nullopt;
    Instant at{static_cast<std::int64_t>(*seconds * 1000)};
    if (point == std::string_view::npos) return at;
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.empty() || fraction.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    std::int64_t place = 100;
    for (const char digit : fraction.substr(0, 3)) {
        at.ms += (digit - '0') * place;
        place /= 10;
    }
    return at;
}

}  // namespace

std::optional<StreamFilter> parse_stream_filter(std::string_view filter) {
    if (!filter.starts_with(kStreamRoot)) return std::nullopt;
    std::string_view rest = filter.substr(kStreamRoot.size());
    StreamFilter parsed;
    parsed.stream = take_level(rest);
    parsed.start = take_level(rest);
    parsed.filter = rest;
    return parsed;
}

std::optional<StreamStart> parse_stream_start(std::string_view text) {
    if (text.empty() || text == "latest") return StreamStart{};
    if (text == "earliest") return StreamStart{StreamStart::From::kEarliest, 0, {}};
    if (text.starts_with('@')) {
        auto time = parse_unix_time(text.substr(1));
        if (!time) time = parse_iso_time(text.substr(1));
        if (!time) return std::nullopt;
        return StreamStart{StreamStart::From::kTime, 0, *time};
    }
    const auto offset = parse_whole(text);
    if (!offset) return std::nullopt;
    return StreamStart{StreamStart::From::kOffset, *offset, {}};
}

std::string_view start_property(const mqtt::Properties& properties) {
    return mqtt::user_property(properties, kStreamOffset).value_or("");
}

}  // namespace dray::shard
