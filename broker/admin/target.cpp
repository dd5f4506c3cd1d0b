#include "admin/target.h"

#include <charconv>
#include <utility>

namespace dray::admin {

namespace {

std::optional<std::string> decode(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        unsigned byte = 0;
        const char* const digits = text.data() + i + 1;
        if (i + 2 >= text.size()) return std::nullopt;
        const auto [end, error] = std::from_chars(digits, digits + 2, byte, 16);
        if (error != std::errc() || end != digits + 2 || byte == 0) return std::nullopt;
        decoded += static_cast<char>(byte);
        i += 2;
    }
    return decoded;
}

// The part before the first `separator`; what follows it is left in `rest`.
std::string_view take_until(char separator, std::string_view& rest) {
    const std::size_t end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return part;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
    if (!text.starts_with('/')) return std::nullopt;
    Target target;
    std::string_view query = text.substr(1);
    std::string_view path = take_until('?', query);
    while (!path.empty()) {
        auto segment = decode(take_until('/', path));
        if (!segment) return std::nullopt;
        target.path.push_back(std::move(*segment));
    }
    while (!query.empty()) {
        std::string_view value = take_until('&', query);
        const std::string_view name = take_until('=', value);
        auto decoded_name = decode(name);
        auto decoded_value = decode(value);
        if (!decoded_name || !decoded_value) return std::nullopt;
        target.query[std::move(*decoded_name)] = std::move(*decoded_value);
    }
    return target;
}

}  // namespace dray::admin
