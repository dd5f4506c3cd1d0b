#include "wire_text.h"

#include <cctype>
#include <stdexcept>

namespace dray::mqtt {

std::string wire(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
        if (text.front() == ' ') {
            text.remove_prefix(1);
        } else if (text.front() == '\'') {
            const std::size_t end = text.find('\'', 1);
            bytes += text.substr(1, end - 1);
            text.remove_prefix(end + 1);
        } else {
            if (text.size() < 2 || !std::isxdigit(text[0]) || !std::isxdigit(text[1])) {
                throw std::invalid_argument("not hex: " + std::string(text));
            }
            bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(0, 2)), nullptr, 16)));
            text.remove_prefix(2);
        }
    }
    return bytes;
}

std::string hex(ByteView bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        if (!text.empty()) text += ' ';
        text += digits[byte >> 4];
        text += digits[byte & 0x0f];
    }
    return text;
}

}  // namespace dray::mqtt
