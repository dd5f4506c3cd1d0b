#include "net/address.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>

namespace dray::net {

namespace {

// Copies instead of casting: a sockaddr_storage may hold either, and aliasing rules hold too.
template <typename Sockaddr>
Sockaddr view_as(const sockaddr_storage& storage) {
    Sockaddr address{};
    std::memcpy(&address, &storage, sizeof address);
    return address;
}

}  // namespace

Result<HostPort, Failure> HostPort::parse(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        return Failure{"must be HOST:PORT, for example 127.0.0.1:1883 or [::1]:1883"};
    }
    std::string_view host = text.substr(0, colon);
    const std::string_view port_text = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return Failure{"an IPv6 address needs brackets, for example [::1]:1883"};
    }
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
    if (port_text.empty() || error != std::errc() || end != port_text.data() + port_text.size()) {
        return Failure{"the port must be a number from 0 (the system chooses) to 65535"};
    }
    return HostPort{std::string(host), port};
}

std::string Address::path() const {
    const auto local = view_as<sockaddr_un>(storage);
    return {local.sun_path, ::strnlen(local.sun_path, sizeof local.sun_path)};
}

std::string Address::to_text() const {
    if (is_unix()) return std::string(kUnixPrefix) + path();
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (storage.ss_family == AF_INET) {
        const auto v4 = view_as<sockaddr_in>(storage);
        ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
        return std::string(text.data()) + ':' + std::to_string(port());
    }
    const auto v6 = view_as<sockaddr_in6>(storage);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return '[' + std::string(text.data()) + "]:" + std::to_string(port());
}

std::uint16_t Address::port() const {
    if (storage.ss_family == AF_INET) return ntohs(view_as<sockaddr_in>(storage).sin_port);
    return ntohs(view_as<sockaddr_in6>(storage).sin6_port);
}

void Address::set_port(std::uint16_t port) {
    if (storage.ss_family == AF_INET) {
        auto v4 = view_as<sockaddr_in>(storage);
        v4.sin_port = htons(port);
        std::memcpy(&storage, &v4, sizeof v4);
    } else {
        auto v6 = view_as<sockaddr_in6>(storage);
        v6.sin6_port = htons(port);
        std::memcpy(&storage, &v6, sizeof v6);
    }
}

bool Address::is_of_this_machine() const {
    if (is_unix()) return true;
    if (storage.ss_family == AF_INET) {
        return ntohl(view_as<sockaddr_in>(storage).sin_addr.s_addr) >> 24 == 127;
    }
    const auto v6 = view_as<sockaddr_in6>(storage);
    return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) != 0;
}

std::uint64_t Address::origin() const {
    if (is_unix()) return 0;
    // Beside all networks of the internet: ::/8 is nobody's.
    const auto of_v4 = [](std::uint32_t v4) { return std::uint64_t{0xFFFF} << 32 | v4; };
    if (storage.ss_family == AF_INET) return of_v4(ntohl(view_as<sockaddr_in>(storage).sin_addr.s_addr));
    const auto v6 = view_as<sockaddr_in6>(storage);
    const auto number = [&v6](std::size_t first, std::size_t count) {
        std::uint64_t value = 0;
        for (std::size_t i = first; i < first + count; ++i) value = value << 8 | v6.sin6_addr.s6_addr[i];
        return value;
    };
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return of_v4(static_cast<std::uint32_t>(number(12, 4)));
    return std::max<std::uint64_t>(number(0, 8), 1);  // that of ::1 is 0
}

Result<std::vector<Address>, Failure> resolve_all(const HostPort& where) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(where.port);
    const int failure = ::getaddrinfo(where.host.c_str(), port.c_str(), &hints, &found);
    if (failure != 0) return Failure{"cannot resolve '" + where.host + "': " + ::gai_strerror(failure)};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    std::vector<Address> addresses;
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        Address& address = addresses.emplace_back();
        std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
        address.length = each->ai_addrlen;
    }
    return addresses;
}

Result<Address, Failure> resolve(const HostPort& where) {
    auto addresses = resolve_all(where);
    if (!addresses) return addresses.error();
    return addresses->front();
}

std::string check_bind(std::string_view text) {
    if (!text.starts_with(kUnixPrefix)) {
        const auto parsed = HostPort::parse(text);
        return parsed ? "" : parsed.error().what;
    }
    const std::string_view path = text.substr(kUnixPrefix.size());
    if (!path.starts_with('/'))
        return "a Unix-domain socket needs a whole path, for example unix:/run/dray.sock";
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        return "the path of a Unix-domain socket may have " +
               std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes at most";
    }
    return {};
}

Result<Address, Failure> bind_address(std::string_view text) {
    if (std::string wrong = check_bind(text); !wrong.empty()) return Failure{std::move(wrong)};
    if (!text.starts_with(kUnixPrefix)) return resolve(*HostPort::parse(text));
    const std::string_view path = text.substr(kUnixPrefix.size());
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    path.copy(local.sun_path, path.size());
    Address address;
    std::memcpy(&address.storage, &local, sizeof local);
    address.length = sizeof local;
    return address;
}

}  // namespace dray::net
