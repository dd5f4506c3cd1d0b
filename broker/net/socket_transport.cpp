#include "net/socket_transport.h"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "net/listen_socket.h"

namespace dray::net {

namespace {

std::string reason_text(mqtt::ReasonCode reason) {
    if (reason == mqtt::ReasonCode::kSuccess) return {};
    return fmt::format("0x{:02x}", static_cast<unsigned>(reason));
}

}  // namespace

SocketTransport::SocketTransport(reactor::Reactor& reactor)
    : reactor_(reactor), read_buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kReadBufferBytes)) {}

SocketTransport::~SocketTransport() = default;

void SocketTransport::listen(reactor::FileDescriptor socket, std::shared_ptr<const ListenerOptions> options) {
    listeners_.push_back(std::make_unique<Listener>(*this, std::move(socket), std::move(options)));
}

Connection* SocketTransport::find(shard::LinkId link) {
    if (link.index >= connections_.size()) return nullptr;
    Connection* const connection = connections_[link.index].get();
    return connection && connection->link() == link ? connection : nullptr;
}

std::unique_ptr<Connection> SocketTransport::take(Connection& connection) {
    if (connection.listed_unfinished) {
        std::erase(unfinished_, &connection);
        std::ranges::replace(unfinished_now_, &connection, nullptr);
        connection.listed_unfinished = false;
    }
    return std::exchange(connections_[connection.link().index], nullptr);
}

std::unique_ptr<reactor::Passenger> SocketTransport::hand_over(shard::LinkId link) {
    Connection* const connection = find(link);
    if (!connection) return nullptr;
    connection->leave();
    return take(*connection);
}

void SocketTransport::flush(shard::LinkId link) {
    if (Connection* const connection = find(link)) connection->flush();
}

void SocketTransport::close(const shard::Effects::Close& close) {
    Connection* const connection = find(close.link);
    if (!connection) return;
    const CloseCause cause = close.reason == mqtt::ReasonCode::kSuccess ? CloseCause::kByPeer
                             : stopping_                                ? CloseCause::kStopping
                                                                        : CloseCause::kByBroker;
    connection->close_by_broker({cause, close.why, close.client_id, close.reason});
}

void SocketTransport::set_reading(shard::LinkId link, bool on) {
    if (Connection* const connection = find(link)) connection->set_reading(on);
}

void SocketTransport::accepted(reactor::FileDescriptor socket, const Address& peer,
                               const std::shared_ptr<const ListenerOptions>& options) {
    if (!options->own_user.empty() && !is_of_this_process(socket.number())) return;
    // Behind a balancer the address is not known yet: its header tells it to the Entrance.
    if (!options->proxy_protocol && !options->takes_from(peer.origin(), reactor_.now()))
        return turn_away(peer, *options, "it connects more often than an address may",
                         "see limits.address_connections_per_s_max");
    const Seats::Answer answer = options->seats ? options->seats->take() : Seats::Answer::kWelcome;
    if (answer == Seats::Answer::kTurnedAway)
        return turn_away(peer, *options, "there is no room for more connections",
                         "raise limits.connections_max or the listener's connections_max");
    shard::LinkOptions client;
    client.allow_anonymous = options->allow_anonymous;
    client.websocket = is_websocket(options->kind);
    client.full = answer == Seats::Answer::kFull;
    client.packet_bytes_max = options->packet_bytes_max;
    client.peer = options->own_user.empty() ? peer.to_text() : options->own_user;
    client.origin = peer.origin();
    // Behind a balancer, never: what is of its machine need not be of this.
    client.is_local = peer.is_of_this_machine() && !options->proxy_protocol;
    client.identity = options->own_user;

    Connection::Layers layers;
    layers.seats = options->seats;
    if (options->tls || options->proxy_protocol) layers.entrance = std::make_unique<Entrance>(options);
    if (options->tls) layers.tls = std::make_unique<TlsStream>(options->tls->current(), socket.number());
    if (client.websocket) layers.websocket = std::make_unique<WsStream>(options->websocket);
    take_up(std::make_unique<Connection>(std::move(socket), std::move(client), std::move(layers)), true);
}

void SocketTransport::turn_away(const Address& peer, const ListenerOptions& options, const char* why,
                                const char* advice) {
    reactor_.shard().turned_away();
    if (!full_lines_.take(reactor_.now())) return;
    reactor::log_warning("a client was turned away", {{"listener", options.address},
                                                      {"peer", peer.to_text()},
                                                      {"why", why},
                                                      {"left_out", full_lines_.take_suppressed()},
                                                      {"advice", advice}});
}

void SocketTransport::log_waiting_clients(const ListenerOptions& options) {
    if (!waiting_lines_.take(reactor_.now())) return;
    reactor::log_warning("clients connect faster than they may: they wait",
                         {{"listener", options.address},
                          {"left_out", waiting_lines_.take_suppressed()},
                          {"limit", "limits.connections_per_s_max or the listener's connections_per_s_max"}});
}

void SocketTransport::adopt(std::unique_ptr<reactor::Passenger> passenger) {
    if (stopping_) return;  // it came too late, and goes with the pointer
    take_up(std::unique_ptr<Connection>(static_cast<Connection*>(passenger.release())), false);
}

void SocketTransport::take_up(std::unique_ptr<Connection> arrival, bool is_new) {
    const shard::LinkId link = reactor_.shard().open(arrival->options(), reactor_.now());
    if (link.index >= connections_.size()) connections_.resize(link.index + 1);
    DRAY_ASSERT(!connections_[link.index]);
    Connection& connection = *(connections_[link.index] = std::move(arrival));
    if (connection.settle(*this, link)) {
        connection.begin_service(is_new);
    } else {
        connection.abandon({CloseCause::kCannotWatch});
    }
}

void SocketTransport::go_on_next_turn(Connection& connection) {
    if (std::exchange(connection.listed_unfinished, true)) return;
    unfinished_.push_back(&connection);
}

void SocketTransport::continue_unfinished() {
    // Who is listed again while this runs waits for the next turn.
    std::swap(unfinished_, unfinished_now_);
    for (std::size_t i = 0; i < unfinished_now_.size(); ++i) {
        Connection* const connection = unfinished_now_[i];
        if (!connection) continue;
        connection->listed_unfinished = false;
        connection->continue_unfinished();
    }
    unfinished_now_.clear();
}

void SocketTransport::linger(Connection& connection) {
    if (lingering_.size() >= kLingeringMax) lingering_.front().connection->die();
    lingering_.push_back({reactor_.now() + kLingerTime, take(connection)});
}

void SocketTransport::bury(Connection& connection) {
    const auto lingered = std::ranges::find(lingering_, &connection,
                                            [](const Lingering& entry) { return entry.connection.get(); });
    if (lingered == lingering_.end()) {
        dead_.push_back(take(connection));
    } else {
        dead_.push_back(std::move(lingered->connection));
        lingering_.erase(lingered);
    }
}

void SocketTransport::tick(Instant now) {
    while (!lingering_.empty() && lingering_.front().until <= now) lingering_.front().connection->die();
    if (now >= accept_again_) {
        accept_again_ = kNever;
        for (const auto& listener : listeners_) listener->resume();
    }
    for (const auto& listener : listeners_) {
        if (accept_again_ == kNever && now >= listener->resumes_at()) listener->resume();
    }
}

Instant SocketTransport::next_deadline() const {
    Instant next = lingering_.empty() ? accept_again_ : std::min(accept_again_, lingering_.front().until);
    if (accept_again_ != kNever) return next;
    for (const auto& listener : listeners_) next = std::min(next, listener->resumes_at());
    return next;
}

void SocketTransport::pause_accepting(const ListenerOptions& options, int error) {
    if (accept_again_ == kNever) {
        for (const auto& listener : listeners_) listener->pause();
    }
    accept_again_ = reactor_.now() + kAcceptPause;
    if (!accept_lines_.take(reactor_.now())) return;
    reactor::log_warning("cannot accept more connections: new clients wait",
                         {{"listener", options.address},
                          {"why", std::generic_category().message(error)},
                          {"advice", "raise the limit of open files (ulimit -n, LimitNOFILE=)"}});
}

void SocketTransport::stop_accepting() {
    stopping_ = true;
    accept_again_ = kNever;
    listeners_.clear();
}

void SocketTransport::log_close(const Connection& connection, const Ending& ending) {
    const CloseCauseText& text = describe(ending.cause);
    if (!reactor::logs(text.level) || !close_lines_.take(reactor_.now())) return;
    if (const std::uint32_t left_out = close_lines_.take_suppressed(); left_out > 0) {
        reactor::log_info("more connections were closed than are logged", {{"left_out", left_out}});
    }
    reactor::log(text.level, "connection closed",
                 {{"peer", connection.options().peer},
                  {"client", ending.client_id},
                  {"cause", text.text},
                  {"why", ending.why},
                  {"reason", reason_text(ending.reason)}});
}

}  // namespace dray::net
