// Where a listener binds and where a peer comes from: "127.0.0.1:1883", "[::1]:1883", "localhost:1883",
// "unix:/run/dray.sock".
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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
    std::string to_text() const;  // with brackets around IPv6; a Unix-domain peer has no name: "unix:"
    bool is_unix() const { return storage.ss_family == AF_UNIX; }
    std::string path() const;    // of a Unix-domain address
    std::uint16_t port() const;  // of the others
    void set_port(std::uint16_t port);
    bool is_of_this_machine() const;  // loopback or Unix domain
    // Whose limits it shares, as a number: an IPv4 address, or the /64 network of an IPv6 one, which one
    // customer has whole; 0 = nobody's (Unix domain).
    std::uint64_t origin() const;
};

// Look up a name if need be: never on a reactor's thread.
Result<Address, Failure> resolve(const HostPort& where);
Result<std::vector<Address>, Failure> resolve_all(const HostPort& where);  // at least one

inline constexpr std::string_view kUnixPrefix = "unix:";

// What may be wrong with "HOST:PORT" or "unix:/PATH" without looking anything up; empty: nothing.
std::string check_bind(std::string_view text);
// Where such a text says to bind. Looks up a name if need be.
Result<Address, Failure> bind_address(std::string_view text);

}  // namespace dray::net
