// Bytes written as in the specification's figures: hex("30 05 00 03 'a/b'") with text in single quotes.
#pragma once

#include <string>
#include <string_view>

namespace dray::conformance {

inline std::string hex(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == ' ') {
            ++i;
        } else if (text[i] == '\'') {
            const std::size_t end = text.find('\'', i + 1);
            bytes += text.substr(i + 1, end - i - 1);
            i = end + 1;
        } else {
            bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
            i += 2;
        }
    }
    return bytes;
}

}  // namespace dray::conformance
