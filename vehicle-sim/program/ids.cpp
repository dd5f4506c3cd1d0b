#include "program/ids.h"

#include <cstdint>

namespace dray::program {
namespace {

void append_hex(std::string& text, std::uint64_t number, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
        text += "0123456789abcdef"[(number >> shift) & 15];
}

// 00-<32 hex>-<16 hex>-<2 hex>
bool is_traceparent(std::string_view text) {
    if (text.size() != 55 || text.substr(0, 3) != "00-" || text[35] != '-' || text[52] != '-') return false;
    const std::string_view trace = text.substr(3, 32);
    return trace.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
           trace.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::string Ids::uuid() {
    const std::uint64_t high = (high_.next() & ~0xf000ULL) | 0x4000;
    const std::uint64_t low = (low_.next() >> 2) | (1ULL << 63);
    std::string text;
    text.reserve(36);
    append_hex(text, high >> 32, 8);
    text += '-';
    append_hex(text, high >> 16, 4);
    text += '-';
    append_hex(text, high, 4);
    text += '-';
    append_hex(text, low >> 48, 4);
    text += '-';
    append_hex(text, low, 12);
    return text;
}

std::string Ids::traceparent(std::string_view cause) {
    std::string text = "00-";
    text.reserve(55);
    if (is_traceparent(cause)) {
        text += cause.substr(3, 32);
    } else {
        append_hex(text, high_.next() | 1, 16);
        append_hex(text, low_.next(), 16);
    }
    text += '-';
    append_hex(text, low_.next() | 1, 16);
    text += "-01";
    return text;
}

}  // namespace dray::program
