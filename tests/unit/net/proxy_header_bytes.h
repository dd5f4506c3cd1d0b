// PROXY headers as a load balancer would send them, right or wrong.
#pragma once

#include <cstdint>
#include <string>

namespace dray::net::test {

inline std::string big_endian(std::uint64_t value, int bytes) {
    std::string out;
    while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes) & 0xFF);
    return out;
}

struct ProxyHeaderBytes {
    std::uint8_t command = 0x21;  // version 2, PROXY
    std::uint8_t family = 0x11;   // TCP over IPv4
    std::string body = {};        // addresses and values

    std::string bytes() const {
        return std::string("\r\n\r\n\0\r\nQUIT\n", 12) + static_cast<char>(command) +
               static_cast<char>(family) + big_endian(body.size(), 2) + body;
    }
};

// PP2_TYPE_SSL with the client's common name.
inline std::string proxy_ssl(std::uint8_t client, std::uint32_t verify, const std::string& common_name) {
    const std::string inner = static_cast<char>(client) + big_endian(verify, 4) + '\x22' +
                              big_endian(common_name.size(), 2) + common_name;
    return '\x20' + big_endian(inner.size(), 2) + inner;
}

}  // namespace dray::net::test
