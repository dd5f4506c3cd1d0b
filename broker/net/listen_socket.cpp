#include "net/listen_socket.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

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

reactor::FileDescriptor open_socket(const Address& address) {
    return reactor::FileDescriptor(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// Whether a socket lies there on which nobody listens any more.
bool is_left_behind(const Address& address) {
    struct stat status {};
    if (::lstat(address.path().c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
    const reactor::FileDescriptor probe = open_socket(address);
    return probe.is_open() && ::connect(probe.number(), address.get(), address.length) != 0 &&
           errno == ECONNREFUSED;
}

Result<ListenSockets, Failure> open_unix_sockets(const Address& address, std::size_t count,
                                                 std::uint32_t mode) {
    const std::string path = address.path();
    if (is_left_behind(address)) ::unlink(path.c_str());
    reactor::FileDescriptor socket = open_socket(address);
    if (!socket.is_open()) return failed("cannot open a socket for", address);
    ::fchmod(socket.number(), mode);  // so that it never is open to more than it will be
    if (::bind(socket.number(), address.get(), address.length) != 0)
        return failed("cannot listen on", address);
    ListenSockets result{address, {}, std::make_unique<SocketFile>(path)};
    if (::chmod(path.c_str(), mode) != 0) return failed("cannot set the mode of", address);
    if (::listen(socket.number(), kBacklog) != 0) return failed("cannot listen on", address);
    for (std::size_t i = 1; i < count; ++i) {
        result.sockets.emplace_back(::fcntl(socket.number(), F_DUPFD_CLOEXEC, 0));
        if (!result.sockets.back().is_open()) return failed("cannot open a socket for", address);
    }
    result.sockets.push_back(std::move(socket));
    return result;
}

}  // namespace

SocketFile::~SocketFile() {
    ::unlink(path_.c_str());
}

Result<ListenSockets, Failure> open_listen_sockets(const Address& address, std::size_t count,
                                                   std::uint32_t mode) {
    if (address.is_unix()) return open_unix_sockets(address, count, mode);
    ListenSockets result{address, {}, {}};
    for (std::size_t i = 0; i < count; ++i) {
        reactor::FileDescriptor socket = open_socket(address);
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

Result<ListenSockets, Failure> open_private_socket() {
    ListenSockets result;
    Address& address = result.address;
    address.storage.ss_family = AF_UNIX;
    // Without a path the system chooses an abstract name: unix(7), "autobind".
    address.length = sizeof address.storage.ss_family;
    reactor::FileDescriptor socket = open_socket(address);
    if (!socket.is_open()) return failed("cannot open a socket for", address);
    if (::bind(socket.number(), address.get(), address.length) != 0)
        return failed("cannot listen on", address);
    address.length = sizeof address.storage;
    ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address.storage), &address.length);
    if (::listen(socket.number(), kBacklog) != 0) return failed("cannot listen on", address);
    result.sockets.push_back(std::move(socket));
    return result;
}

bool is_of_this_process(int connection) {
    ucred peer{};
    socklen_t length = sizeof peer;
    return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.pid == ::getpid();
}

}  // namespace dray::net
