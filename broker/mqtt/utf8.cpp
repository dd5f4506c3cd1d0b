#include "mqtt/utf8.h"

#include <cstring>

namespace dray::mqtt {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;

// How many bytes at the start of `bytes` are surely ASCII and not U+0000: whole words only.
std::size_t skip_ascii(ByteView bytes) {
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= bytes.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data() + at, sizeof(word));
        const std::uint64_t has_zero_byte = (word - kOnes) & ~word & kHighBits;
        if (((word & kHighBits) | has_zero_byte) != 0) break;
    }
    return at;
}

struct Form {
    std::size_t size;        // bytes of the whole character; 0 for a byte that starts none
    std::uint32_t bits;      // what the lead byte contributes
    std::uint32_t smallest;  // below this a shorter form exists
};

Form form_of(std::uint8_t lead) {
    if (lead < 0x80) return {1, lead, 1};  // 1: U+0000 is refused
    if (lead < 0xc2) return {0, 0, 0};     // a continuation byte, or overlong
    if (lead < 0xe0) return {2, lead & 0x1fU, 0x80};
    if (lead < 0xf0) return {3, lead & 0x0fU, 0x800};
    if (lead < 0xf5) return {4, lead & 0x07U, 0x10000};
    return {0, 0, 0};
}

// Size of the valid character at the start of `bytes`, or 0.
std::size_t character_size(ByteView bytes) {
    const Form form = form_of(bytes[0]);
    if (form.size == 0 || form.size > bytes.size()) return 0;
    std::uint32_t code = form.bits;
    for (std::size_t i = 1; i < form.size; ++i) {
        if ((bytes[i] & 0xc0) != 0x80) return 0;
        code = code << 6 | (bytes[i] & 0x3fU);
    }
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < form.smallest || is_surrogate || code > 0x10ffff ? 0 : form.size;
}

}  // namespace

bool is_valid_utf8(ByteView bytes) {
    while (!bytes.empty()) {
        bytes = bytes.subspan(skip_ascii(bytes));
        if (bytes.empty()) return true;
        const std::size_t size = character_size(bytes);
        if (size == 0) return false;
        bytes = bytes.subspan(size);
    }
    return true;
}

}  // namespace dray::mqtt
