// All sockets of one reactor: its listeners, the connections of its shard's links, and what they share: one
// read buffer and one batch for gathered writes.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "net/close_cause.h"
#include "net/connection.h"
#include "net/listener.h"
#include "reactor/log.h"
#include "reactor/reactor.h"
#include "reactor/transport.h"
#include "session/gather_batch.h"

namespace dray::net {

class SocketTransport final : public reactor::Transport {
  public:
    explicit SocketTransport(reactor::Reactor& reactor);
    ~SocketTransport() override;

    // Before the reactor runs. Throws std::system_error.
    void listen(reactor::FileDescriptor socket, std::shared_ptr<const ListenerOptions> options);

    // --- reactor::Transport ---
    std::unique_ptr<reactor::Passenger> hand_over(shard::LinkId link) override;
    void flush(shard::LinkId link) override;
    void close(const shard::Effects::Close& close) override;
    void set_reading(shard::LinkId link, bool on) override;
    void adopt(std::unique_ptr<reactor::Passenger> passenger) override;
    void continue_unfinished() override;
    bool has_unfinished() const override { return !unfinished_.empty() || !dead_.empty(); }
    void tick(Instant now) override;
    Instant next_deadline() const override;
    void end_turn() override { dead_.clear(); }
    void stop_accepting() override;

    // --- for listeners ---
    void accepted(reactor::FileDescriptor socket, const Address& peer,
                  const std::shared_ptr<const ListenerOptions>& options);
    // The system has no more descriptors or memory for sockets: no listener tries again for a moment.
    void pause_accepting(const ListenerOptions& options, int error);
    void log_waiting_clients(const ListenerOptions& options);

    // --- for connections ---
    reactor::Reactor& reactor() { return reactor_; }
    std::span<std::uint8_t> read_buffer() { return {read_buffer_.get(), kReadBufferBytes}; }
    session::GatherBatch& batch() { return batch_; }
    void go_on_next_turn(Connection& connection);
    void linger(Connection& connection);
    void bury(Connection& connection);
    void log_close(const Connection& connection, const Ending& ending);

  private:
    static constexpr std::size_t kReadBufferBytes = Connection::kKeptInFrontMax + Connection::kReadShare;
    static constexpr std::chrono::milliseconds kLingerTime{2000};
    static constexpr std::size_t kLingeringMax = 1000;
    static constexpr std::chrono::milliseconds kAcceptPause{100};

    struct Lingering {
        Instant until;
        std::unique_ptr<Connection> connection;
    };
    Connection* find(shard::LinkId link);
    void turn_away(const Address& peer, const ListenerOptions& options, const char* why, const char* advice);
    std::unique_ptr<Connection> take(Connection& connection);
    void take_up(std::unique_ptr<Connection> arrival, bool is_new);

    reactor::Reactor& reactor_;
    std::vector<std::unique_ptr<Connection>> connections_;  // by LinkId::index
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::vector<Connection*> unfinished_;
    std::vector<Connection*> unfinished_now_;        // those being continued
    std::deque<Lingering> lingering_;                // soonest first
    std::vector<std::unique_ptr<Connection>> dead_;  // in this turn
    std::unique_ptr<std::uint8_t[]> read_buffer_;
    session::GatherBatch batch_;
    Instant accept_again_ = kNever;
    reactor::LogBudget close_lines_;
    reactor::LogBudget accept_lines_{1, 10};
    reactor::LogBudget full_lines_{1, 10};
    reactor::LogBudget waiting_lines_{1, 10};
    bool stopping_ = false;
};

}  // namespace dray::net
