#include "net/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "net/address.h"
#include "net/socket_transport.h"

namespace dray::net {

namespace {

bool is_shortage(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Listener::Listener(SocketTransport& home, reactor::FileDescriptor socket,
                   std::shared_ptr<const ListenerOptions> options)
    : home_(home), socket_(std::move(socket)), options_(std::move(options)) {
    // All that is spoken here begins with the client's word: a connection is accepted when that is there, and
    // costs one wake-up less. One that says nothing is accepted after so long. (A Unix socket knows no such
    // thing.)
    const int seconds = 1;
    ::setsockopt(socket_.number(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
    const std::error_code error = home.reactor().poller().add(socket_.number(), *this, EPOLLIN);
    if (error) throw std::system_error(error, "to watch a listener");
}

Listener::~Listener() {
    home_.reactor().poller().remove(socket_.number());
}

void Listener::on_events(std::uint32_t) {
    const Instant now = home_.reactor().now();
    for (int i = 0; i < kBatch; ++i) {
        const Instant welcome_at = options_->rate ? options_->rate->welcome_at() : now;
        if (welcome_at > now) return wait_until(welcome_at);
        Address peer;
        peer.length = sizeof peer.storage;
        reactor::FileDescriptor socket(::accept4(socket_.number(), reinterpret_cast<sockaddr*>(&peer.storage),
                                                 &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (socket.is_open()) {
            if (options_->rate) options_->rate->count(now);
            home_.accepted(std::move(socket), peer, options_);
        } else if (is_shortage(errno)) {
            return home_.pause_accepting(*options_, errno);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        }
        // Anything else is that connection's misfortune (ECONNABORTED and its like): the next one.
    }
}

void Listener::wait_until(Instant next) {
    pause();
    resumes_at_ = next;
    home_.log_waiting_clients(*options_);
}

void Listener::pause() {
    home_.reactor().poller().change(socket_.number(), *this, 0);
}

void Listener::resume() {
    resumes_at_ = kNever;
    home_.reactor().poller().change(socket_.number(), *this, EPOLLIN);
}

}  // namespace dray::net
