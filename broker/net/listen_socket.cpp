#include "net/listen_socket.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace dray::net {

namespace {

constexpr int kBacklog = 4096;  // connections that wait for accept; the system's somaxconn caps it

Failure failed(const char* what, const Address& address) {
    const int error = errno;
    std::string text =
        std::string(what) + ' ' + address.to_text() + ": " + std::generic_category().message(error);
    if (error == EADDRINUSE) text += " (another process listens there)";
    if (error == EACCES) text += " (ports below 1024 need the capability CAP_NET_BIND_SERVICE)";
    if (error == EADDRNOTAVAIL) text += " (no interface of this machine has that address)";
    return {text};
}

void set_option(int fd, int level, int option, int value) {
    // None of those used here can fail on a TCP socket.
    ::setsockopt(fd, level, option, &value, sizeof value);
}

// What is accepted inherits these, which saves system calls per connection.
void set_options_for_accepted(int fd) {
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    // Finds peers that vanished without a word, for clients whose Keep Alive is 0: after 5 + 4 * 0.5 minutes.
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 300);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 30);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

}  // namespace

Result<ListenSockets, Failure> open_listen_sockets(const Address& address, std::size_t count) {
    ListenSockets result{address, {}};
    for (std::size_t i = 0; i < count; ++i) {
        reactor::FileDescriptor socket(
            ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!socket.is_open()) return failed("cannot open a socket for", address);
        const int fd = socket.number();
        set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
        set_options_for_accepted(fd);
        if (address.storage.ss_family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
        // The first binds alone and shares from then on; the others share from the start.
        if (i > 0) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
        if (::bind(fd, result.address.get(), result.address.length) != 0) {
            return failed("cannot listen on", result.address);
        }
        if (i == 0) {
            if (count > 1) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
            socklen_t length = sizeof result.address.storage;
            ::getsockname(fd, reinterpret_cast<sockaddr*>(&result.address.storage), &length);
        }
        if (::listen(fd, kBacklog) != 0) return failed("cannot listen on", result.address);
        result.sockets.push_back(std::move(socket));
    }
    return result;
}

}  // namespace dray::net
