// The header that a load balancer puts before the first byte of a connection: PROXY protocol, version 2. It
// tells where the client really comes from and what the balancer has seen of its certificate.
//
//     | signature 12 | version, command | family, transport | length 2 | addresses | type length value … |
//      \r\n\r\n\0\r\nQUIT\n    0x21            0x11 = TCP4                            0x20 = SSL: CN, …
//
// Sans-I/O: a pure function over all bytes that have arrived so far.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/byte_view.h"

namespace dray::net {

struct ProxyHeader {
    // "192.0.2.7:51234", "[2001:db8::1]:51234", "unix:/path"; empty: not told (LOCAL, or unknown family), the
    // socket's own peer is meant.
    std::string source;
    std::uint64_t origin = 0;           // of that source: Address::origin
    bool certificate_verified = false;  // the client showed one, and the balancer found it good
    std::string common_name;            // of that certificate; UTF-8 as it came
};

struct ProxyResult {
    enum class Status : std::uint8_t { kNeedMore, kDone, kBad };
    Status status = Status::kNeedMore;
    // So many bytes belong to the header as far as is known: who reads no more than that reads nothing of
    // what follows it. Done: its length.
    std::size_t bytes = 0;
    ProxyHeader header;    // when done
    const char* why = "";  // when bad; a literal
};

inline constexpr std::size_t kProxyHeaderBytesMax = 16 + 4096;  // a longer one is bad

ProxyResult read_proxy_header(ByteView arrived);

}  // namespace dray::net
