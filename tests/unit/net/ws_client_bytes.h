// What a WebSocket client would send, byte for byte, and how tests read what a server answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/ws_frame.h"

namespace dray::net::test {

struct ClientFrame {
    std::uint8_t first = 0x82;  // fin, reserved bits, opcode
    std::string payload = {};
    std::uint32_t mask = 0xA1B2C3D4;
    bool masked = true;
    int length_bytes = -1;  // -1: the shortest form; else 0, 2 or 8

    std::string bytes() const {
        const std::uint64_t size = payload.size();
        int form = length_bytes;
        if (form < 0) form = size < 126 ? 0 : size <= 0xFFFF ? 2 : 8;
        std::string out(1, static_cast<char>(first));
        const auto length = form == 0 ? size : form == 2 ? 126 : 127;
        out += static_cast<char>(length | (masked ? 0x80 : 0));
        for (int i = form; i-- > 0;) out += static_cast<char>(size >> (8 * i) & 0xFF);
        std::string key;
        for (int i = 4; i-- > 0;) key += static_cast<char>(mask >> (8 * i) & 0xFF);
        if (masked) out += key;
        for (std::size_t i = 0; i < payload.size(); ++i) {
            out += masked ? static_cast<char>(payload[i] ^ key[i % 4]) : payload[i];
        }
        return out;
    }
};

inline std::string frame(std::uint8_t first, std::string payload) {
    return ClientFrame{.first = first, .payload = std::move(payload)}.bytes();
}

inline std::span<std::uint8_t> writable(std::string& text) {
    return {reinterpret_cast<std::uint8_t*>(text.data()), text.size()};
}

}  // namespace dray::net::test
