// The quick look at a Topic Name on the hot path: one pass, eight bytes at a time, over what nearly every
// topic is: ASCII without U+0000, '+' or '#'. Pure function, any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace dray::mqtt {

// Whether none of the eight bytes is above 0x7f, U+0000, '#' or '+'.
inline bool is_plain_word(std::uint64_t word) {
    constexpr std::uint64_t ones = 0x0101010101010101ULL;
    constexpr std::uint64_t high_bits = 0x80 * ones;
    // '#' (0x23) and '+' (0x2b) differ in one bit, so one comparison finds both.
    const std::uint64_t wildcard_is_zero = (word | 0x08 * ones) ^ 0x2b * ones;
    const std::uint64_t has_wildcard = (wildcard_is_zero - ones) & ~wildcard_is_zero;
    const std::uint64_t has_zero = (word - ones) & ~word;
    return ((word | has_wildcard | has_zero) & high_bits) == 0;
}

// True: a valid topic name for sure. False: look closer (it may be empty, beyond ASCII, or wrong).
inline bool is_plain_topic_name(std::string_view topic) {
    constexpr std::size_t step = sizeof(std::uint64_t);
    std::uint64_t word = 0;
    if (topic.size() < step) {
        if (topic.empty()) return false;
        word = 0x6161616161616161ULL;  // any plain character as padding
        for (const char c : topic) word = word << 8 | static_cast<std::uint8_t>(c);
        return is_plain_word(word);
    }
    for (std::size_t at = 0; at + step <= topic.size(); at += step) {
        std::memcpy(&word, topic.data() + at, step);
        if (!is_plain_word(word)) return false;
    }
    std::memcpy(&word, topic.data() + topic.size() - step, step);  // the tail, overlapping
    return is_plain_word(word);
}

}  // namespace dray::mqtt
