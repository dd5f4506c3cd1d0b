#include "net/outgoing.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace dray::net {

Result<std::unique_ptr<Outgoing>, Failure> Outgoing::open(const Address& address,
                                                          std::shared_ptr<const TlsContext> tls,
                                                          const std::string& host) {
    reactor::FileDescriptor socket(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.is_open()) return Failure{"cannot open a socket: " + std::generic_category().message(errno)};
    const int on = 1;
    if (!address.is_unix()) ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket.number(), address.get(), address.length) != 0 && errno != EINPROGRESS)
        return Failure{std::generic_category().message(errno)};
    std::unique_ptr<Outgoing> outgoing(new Outgoing(std::move(socket)));
    if (tls) outgoing->tls_.emplace(std::move(tls), outgoing->number(), host);
    return outgoing;
}

Outgoing::Status Outgoing::failed(int error) {
    why_ = std::generic_category().message(error);
    return Status::kFailed;
}

Outgoing::Status Outgoing::connected() {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(number(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return failed(error);
    sockaddr_storage peer{};
    length = sizeof peer;
    if (::getpeername(number(), reinterpret_cast<sockaddr*>(&peer), &length) == 0) return Status::kDone;
    return errno == ENOTCONN ? Status::kBlocked : failed(errno);
}

Outgoing::Status Outgoing::establish() {
    if (!is_connected_) {
        if (const Status status = connected(); status != Status::kDone) return status;
        is_connected_ = true;
    }
    return tls_ ? tls_->handshake() : Status::kDone;
}

Outgoing::Transfer Outgoing::read(std::span<std::uint8_t> room) {
    if (tls_) return tls_->read(room);
    ssize_t got = 0;
    do {
        got = ::recv(number(), room.data(), room.size(), 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) return {static_cast<std::size_t>(got), Status::kDone};
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {0, Status::kBlocked};
    if (got < 0) return {0, failed(errno)};
    why_ = "the peer closed";
    return {0, Status::kEnded};
}

Outgoing::Transfer Outgoing::write(ByteView bytes) {
    if (tls_) {
        const std::array parts{iovec{const_cast<std::uint8_t*>(bytes.data()), bytes.size()}};  // only read
        return tls_->write(parts);
    }
    ssize_t put = 0;
    do {
        put = ::send(number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    if (put >= 0) return {static_cast<std::size_t>(put), Status::kDone};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {0, Status::kBlocked};
    return {0, failed(errno)};
}

void Outgoing::say_close() {
    if (tls_) tls_->say_close();
}

}  // namespace dray::net
