#include "net/proxy_header.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "net/address.h"

namespace dray::net {

namespace {

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kFixedBytes = 16;

enum class Type : std::uint8_t { kSsl = 0x20, kSslCommonName = 0x22 };
constexpr std::uint8_t kClientCertificate = 0x02 | 0x04;  // on this connection, or in the session it resumes
constexpr std::size_t kSslFixedBytes = 5;                 // flags 1, verify 4

std::uint16_t two_bytes(ByteView bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

ProxyResult bad(const char* why) {
    ProxyResult result;
    result.status = ProxyResult::Status::kBad;
    result.why = why;
    return result;
}

// Addresses as they stand in the header: source, destination, ports.
template <typename Sockaddr, typename In>
void take_source(ProxyHeader& header, ByteView addresses, sa_family_t family, In Sockaddr::*host,
                 in_port_t Sockaddr::*port) {
    Sockaddr source{};
    std::memcpy(&(source.*host), addresses.data(), sizeof(In));
    std::memcpy(&(source.*port), addresses.data() + 2 * sizeof(In), sizeof(in_port_t));
    Address address;
    std::memcpy(&address.storage, &source, sizeof source);
    address.storage.ss_family = family;
    address.length = sizeof source;
    header.source = address.to_text();
    header.origin = address.origin();
}

struct Family {
    std::uint8_t code;  // family and transport
    std::size_t address_bytes;
};
constexpr Family kFamilies[] = {{0x00, 0}, {0x11, 12}, {0x21, 36}, {0x31, 216}};

void take_source(ProxyHeader& header, std::uint8_t family, ByteView addresses) {
    switch (family) {
        case 0x11:
            return take_source(header, addresses, AF_INET, &sockaddr_in::sin_addr, &sockaddr_in::sin_port);
        case 0x21:
            return take_source(header, addresses, AF_INET6, &sockaddr_in6::sin6_addr,
                               &sockaddr_in6::sin6_port);
        case 0x31: {
            const std::string_view path = as_text(addresses.first(108));
            header.source = "unix:" + std::string(path.substr(0, path.find('\0')));
            return;
        }
        default:
            return;
    }
}

// Calls visit(type, value) for each; false if one reaches over the end.
template <typename Visit>
bool for_each_value(ByteView bytes, Visit visit) {
    while (!bytes.empty()) {
        if (bytes.size() < 3) return false;
        const std::size_t length = two_bytes(bytes, 1);
        if (bytes.size() - 3 < length) return false;
        if (!visit(static_cast<Type>(bytes[0]), bytes.subspan(3, length))) return false;
        bytes = bytes.subspan(3 + length);
    }
    return true;
}

bool read_ssl(ByteView value, ProxyHeader& header) {
    if (value.size() < kSslFixedBytes) return false;
    const bool shown = (value[0] & kClientCertificate) != 0;
    const bool good =
        std::all_of(value.begin() + 1, value.begin() + kSslFixedBytes, [](auto byte) { return byte == 0; });
    header.certificate_verified = shown && good;
    return for_each_value(value.subspan(kSslFixedBytes), [&](Type type, ByteView inner) {
        if (type == Type::kSslCommonName) header.common_name = as_text(inner);
        return true;
    });
}

}  // namespace

ProxyResult read_proxy_header(ByteView arrived) {
    const std::string_view text = as_text(arrived);
    if (!kSignature.starts_with(text.substr(0, kSignature.size()))) {
        return bad("the connection does not begin with a PROXY header of version 2");
    }
    ProxyResult result;
    result.bytes = kFixedBytes;
    if (arrived.size() < kFixedBytes) return result;

    const std::uint8_t version = arrived[12] >> 4;
    const std::uint8_t command = arrived[12] & 0x0F;
    if (version != 2) return bad("the PROXY header is not of version 2");
    if (command > 1) return bad("unknown command in the PROXY header");
    const std::size_t length = two_bytes(arrived, 14);
    if (kFixedBytes + length > kProxyHeaderBytesMax) return bad("the PROXY header is too long");
    result.bytes += length;
    if (arrived.size() < result.bytes) return result;

    result.status = ProxyResult::Status::kDone;
    if (command == 0) return result;  // LOCAL: the balancer speaks for itself, the rest means nothing
    const auto* const family = std::ranges::find(kFamilies, arrived[13], &Family::code);
    if (family == std::end(kFamilies)) return bad("unknown address family in the PROXY header");
    const ByteView body = arrived.subspan(kFixedBytes, length);
    if (body.size() < family->address_bytes) return bad("the addresses in the PROXY header are cut short");
    take_source(result.header, family->code, body);
    const bool whole = for_each_value(body.subspan(family->address_bytes), [&](Type type, ByteView value) {
        return type != Type::kSsl || read_ssl(value, result.header);
    });
    return whole ? result : bad("a value in the PROXY header is cut short");
}

}  // namespace dray::net
