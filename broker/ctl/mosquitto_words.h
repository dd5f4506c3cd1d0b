// The words of a mosquitto.conf, and of TOML. Pure.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dray::ctl {

// What is to be said of a directive that drayd has no key for.
struct Remark {
    std::string_view directive;
    std::string_view what;
};

inline constexpr std::string_view kNoPsk = "pre-shared keys are not supported: use certificates or passwords";

inline std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// The first word, and what follows.
inline std::pair<std::string_view, std::string_view> split_word(std::string_view text) {
    const auto end = text.find_first_of(" \t");
    if (end == std::string_view::npos) return {text, {}};
    return {text.substr(0, end), trimmed(text.substr(end))};
}

inline std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// A string of TOML.
inline std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') out += '\\';
        if (static_cast<unsigned char>(letter) >= 0x20) out += letter;
    }
    return out += '"';
}

}  // namespace dray::ctl
