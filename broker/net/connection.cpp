#include "net/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/assert.h"
#include "net/socket_transport.h"

namespace dray::net {

namespace {

constexpr std::uint32_t kWatched = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
constexpr std::uint32_t kBroken = EPOLLERR | EPOLLHUP;
constexpr int kLastReadsMax = 16;  // of a peer that talks on after it was told to go

// A gathered batch as the system wants it, cut to `body_bytes`, behind a prefix.
class WriteVector {
  public:
    WriteVector(std::string_view prefix, std::span<const ByteView> pieces, std::size_t body_bytes) {
        add(as_bytes(prefix));
        for (const ByteView piece : pieces) {
            if (body_bytes == 0) break;
            const ByteView part = piece.first(std::min(piece.size(), body_bytes));
            body_bytes -= part.size();
            add(part);
        }
    }
    std::size_t bytes() const { return bytes_; }
    std::span<const iovec> parts() const { return {parts_.data(), count_}; }

  private:
    void add(ByteView part) {
        if (part.empty()) return;
        parts_[count_++] = {const_cast<std::uint8_t*>(part.data()), part.size()};
        bytes_ += part.size();
    }

    std::array<iovec, session::GatherBatch::kPiecesMax + 1> parts_;  // only the first count_ are set
    std::size_t count_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace

bool Connection::settle(SocketTransport& home, shard::LinkId link) {
    home_ = &home;
    link_ = link;
    phase_ = Phase::kInService;
    // Whatever is true of the socket now is told by the first wake-up.
    readable_ = hung_up_ = write_blocked_ = false;
    reading_ = true;
    return !home.reactor().poller().add(socket_.number(), *this, kWatched);
}

void Connection::begin_service(bool is_new) {
    if (!kept_.empty()) offer_kept();
    if (in_service()) flush();
    // TLS may hold bytes that the socket will not tell of. A new client has said something already
    // (listener.cpp); where that moves it to another shard, this one's poller need not watch it at all.
    if (in_service() && (tls_ || is_new)) {
        readable_ = true;
        home_->go_on_next_turn(*this);
    }
}

void Connection::leave() {
    home_->reactor().poller().remove(socket_.number());
    home_ = nullptr;
    phase_ = Phase::kTravelling;
}

void Connection::on_events(std::uint32_t events) {
    if (phase_ == Phase::kLingering) return hear_last_bytes();
    if (!in_service()) return;  // left or died earlier in this turn
    if ((events & ~std::uint32_t{EPOLLOUT}) != 0) readable_ = true;
    if ((events & (EPOLLRDHUP | kBroken)) != 0) hung_up_ = true;
    // TLS may have waited for the one to do the other.
    if (tls_) {
        readable_ = true;
        if (write_blocked_) events |= EPOLLOUT;
    }
    if ((events & EPOLLOUT) != 0 && write_blocked_) {
        write_blocked_ = false;
        flush();
    }
    // A broken socket is looked at even if its bytes are not wanted now: they are lost anyway.
    if (in_service() && !reading_ && (events & kBroken) != 0) {
        return abandon({CloseCause::kConnectionLost, "while it was held back"});
    }
    read_share();
}

void Connection::continue_unfinished() {
    if (!in_service()) return;
    if (resumed_) {
        resumed_ = false;
        if (reading_ && !kept_.empty()) offer_kept();
    }
    read_share();
    if (in_service()) flush();
}

void Connection::read_share() {
    if (!in_service() || !readable_ || !reading_) return;
    if (entrance_ && !pass_entrance()) return;
    const std::span<std::uint8_t> buffer = home_->read_buffer();
    const std::size_t front = kept_.size() <= kKeptInFrontMax ? kept_.size() : 0;
    std::copy_n(kept_.begin(), front, buffer.begin());
    const std::span<std::uint8_t> room = buffer.subspan(front, kReadShare);

    const std::size_t count = tls_ ? read_tls(room) : read_socket(room);
    if (count > 0) take_in(room.first(count), front);
    if (in_service() && readable_ && reading_) home_->go_on_next_turn(*this);
}

std::size_t Connection::read_socket(std::span<std::uint8_t> room) {
    const ssize_t got = ::recv(socket_.number(), room.data(), room.size(), 0);
    if (got < 0) {
        if (errno == EINTR) return 0;  // and once more in the next turn
        readable_ = false;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
        abandon({CloseCause::kConnectionLost, std::generic_category().message(errno)});
        return 0;
    }
    if (got == 0) {
        abandon({CloseCause::kByPeer});
        return 0;
    }
    // Less than asked for: the socket is drained and the next byte is a new edge; unless its end was
    // announced.
    const auto count = static_cast<std::size_t>(got);
    readable_ = count == room.size() || hung_up_;
    return count;
}

// Bytes that TLS holds already are no edge of the socket: it is asked until it has none.
std::size_t Connection::read_tls(std::span<std::uint8_t> room) {
    const TlsStream::Transfer done = tls_->read(room, !hung_up_);
    if (done.status == TlsStream::Status::kBlocked) readable_ = false;
    if (done.status == TlsStream::Status::kEnded) abandon({CloseCause::kByPeer});
    if (done.status == TlsStream::Status::kFailed) abandon({CloseCause::kConnectionLost, tls_->why()});
    return done.bytes;
}

bool Connection::pass_entrance() {
    const Entrance::Step step =
        entrance_->pass(socket_.number(), tls_.get(), options_, home_->reactor().now());
    if (step.status == Entrance::Step::Status::kBlocked) readable_ = false;
    if (step.status == Entrance::Step::Status::kRefused) {
        if (step.cause == CloseCause::kTooManyConnections) home_->reactor().shard().turned_away();
        end_service({step.cause, step.why});
        linger_or_die();  // it may have been told why, in TLS's own words
    }
    if (step.status != Entrance::Step::Status::kPassed) return false;
    entrance_.reset();
    home_->reactor().shard().identify(link_, options_);
    return true;
}

void Connection::take_in(std::span<std::uint8_t> fresh, std::size_t kept_in_front) {
    WsStream::Received received{.data_bytes = fresh.size()};
    if (websocket_) received = websocket_->receive(fresh);
    if (options_.is_local && websocket_ && websocket_->is_of_foreign_page()) {
        options_.is_local = false;
        home_->reactor().shard().identify(link_, options_);
    }
    if (received.data_bytes > 0) {
        if (kept_in_front == kept_.size()) {
            offer({fresh.data() - kept_in_front, kept_in_front + received.data_bytes});
        } else {
            kept_.insert(kept_.end(), fresh.data(), fresh.data() + received.data_bytes);
            offer_kept();
        }
    }
    if (!websocket_ || !in_service()) return;
    if (!received.ended) return websocket_->has_pending() ? flush() : void();
    const CloseCause cause = !received.violation         ? CloseCause::kWebSocketClosed
                             : websocket_->is_upgraded() ? CloseCause::kWebSocketViolation
                                                         : CloseCause::kUpgradeRefused;
    flush();
    if (in_service()) {
        end_service({cause, received.why});
        linger_or_die();
    }
}

void Connection::offer(ByteView all) {
    SocketTransport& home = *home_;
    const std::size_t consumed = home.reactor().shard().receive(link_, all, home.reactor().now());
    keep(all, consumed);
    home.reactor().settle_links();
}

void Connection::keep(ByteView all, std::size_t consumed) {
    const ByteView rest = all.subspan(consumed);
    if (rest.empty()) {
        if (kept_.capacity() > 0) kept_ = std::vector<std::uint8_t>();  // `= {}` would keep the memory
    } else if (all.data() != kept_.data()) {
        kept_.assign(rest.begin(), rest.end());
    } else if (consumed > 0) {
        kept_ = std::vector<std::uint8_t>(rest.begin(), rest.end());
    }
}

bool Connection::has_output() const {
    return !home_->reactor().shard().outbox(link_).empty() || (websocket_ && websocket_->has_pending());
}

void Connection::flush() {
    if (entrance_) return;
    for (std::size_t writes = 0; in_service() && !write_blocked_ && has_output(); ++writes) {
        if (writes * home_->batch().capacity() >= kWriteShare) return home_->go_on_next_turn(*this);
        if (!write_once()) return;
    }
}

bool Connection::write_once() {
    session::GatherBatch& batch = home_->batch();
    batch.clear();
    shard::Shard& shard = home_->reactor().shard();
    const session::Outbox& outbox = shard.outbox(link_);
    // What TLS owes stays what it was: nothing may come in front of it.
    const bool between_packets = outbox.is_between_packets() && !(tls_ && tls_->owes_write());
    outbox.gather(batch);
    const std::size_t body_bytes =
        websocket_ ? websocket_->begin_write(batch.bytes(), between_packets) : batch.bytes();
    WriteVector vector(websocket_ ? websocket_->pending() : "", batch.pieces(), body_bytes);
    if (vector.bytes() == 0) return false;  // a WebSocket that is not upgraded yet or has said its Close

    const auto put = tls_ ? write_tls(vector.parts()) : write_socket(vector.parts());
    if (!put) return false;
    const std::size_t written = *put;
    write_blocked_ = written < vector.bytes();
    const std::size_t of_outbox = websocket_ ? websocket_->sent(written) : written;
    if (of_outbox > 0) shard.written(link_, of_outbox, home_->reactor().now());
    return !write_blocked_;
}

std::optional<std::size_t> Connection::write_socket(std::span<const iovec> parts) {
    ssize_t put = 0;
    do {
        if (parts.size() == 1) {
            put = ::send(socket_.number(), parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL);
        } else {
            msghdr header{};
            header.msg_iov = const_cast<iovec*>(parts.data());  // only read
            header.msg_iovlen = parts.size();
            put = ::sendmsg(socket_.number(), &header, MSG_NOSIGNAL);
        }
    } while (put < 0 && errno == EINTR);
    if (put >= 0) return static_cast<std::size_t>(put);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    abandon({CloseCause::kConnectionLost, std::generic_category().message(errno)});
    return std::nullopt;
}

std::optional<std::size_t> Connection::write_tls(std::span<const iovec> parts) {
    const TlsStream::Transfer done = tls_->write(parts);
    if (done.status == TlsStream::Status::kDone || done.status == TlsStream::Status::kBlocked) {
        return done.bytes;
    }
    abandon({CloseCause::kConnectionLost, tls_->why()});
    return std::nullopt;
}

void Connection::set_reading(bool on) {
    if (on && !reading_) {
        resumed_ = true;
        home_->go_on_next_turn(*this);
    }
    reading_ = on;
}

void Connection::close_by_broker(const Ending& ending) {
    flush();
    if (!in_service()) return;
    if (websocket_) {
        websocket_->say_close(ending.cause == CloseCause::kStopping ? WsCloseCode::kGoingAway
                                                                    : WsCloseCode::kNormal);
        flush();
        if (!in_service()) return;
    }
    end_service(ending);
    if (tls_) tls_->say_close();
    // A client that said DISCONNECT waits for nothing.
    ending.cause == CloseCause::kByPeer && !websocket_ ? die() : linger_or_die();
}

void Connection::abandon(const Ending& ending) {
    end_service(ending);
    die();
}

void Connection::end_service(const Ending& ending) {
    DRAY_ASSERT(in_service());
    phase_ = Phase::kLingering;
    home_->log_close(*this, ending);
    home_->reactor().shard().closed(link_, home_->reactor().now());
    kept_ = std::vector<std::uint8_t>();
}

// A socket that is closed while bytes lie in it unread sends a reset, which can overtake what was written
// last. So our side is shut, and the peer is heard out for a moment.
void Connection::linger_or_die() {
    if (hung_up_) return die();
    ::shutdown(socket_.number(), SHUT_WR);
    home_->linger(*this);
    hear_last_bytes();
}

void Connection::hear_last_bytes() {
    const std::span<std::uint8_t> buffer = home_->read_buffer();
    for (int reads = 0; reads < kLastReadsMax; ++reads) {
        const ssize_t got = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
        if (got > 0) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
        break;
    }
    die();
}

void Connection::die() {
    phase_ = Phase::kDead;
    home_->reactor().poller().remove(socket_.number());
    socket_.reset();
    home_->bury(*this);
}

}  // namespace dray::net
