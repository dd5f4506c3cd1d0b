// Where a listener binds and where a peer comes from: "127.0.0.1:1883", "[::1]:1883", "localhost:1883".
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace dray::net {

// What went wrong, for a person.
struct Failure {
    std::string what;
};

// What a bind address says, before any name is looked up.
struct HostPort {
    std::string host;  // without brackets
    std::uint16_t port = 0;

    static Result<HostPort, Failure> parse(std::string_view text);
};

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    std::string to_text() const;  // with brackets around IPv6
    std::uint16_t port() const;
    void set_port(std::uint16_t port);
    bool is_loopback() const;
};

// Looks up a name if need be: only before the reactors start.
Result<Address, Failure> resolve(const HostPort& where);

}  // namespace dray::net
