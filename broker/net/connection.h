// One client's connection: a socket and the layers over it, a stream of bytes in each direction.
//
//     socket  <->  [Entrance]  <->  [TlsStream]  <->  [WsStream]  <->  shard (bytes), its outbox (gathered
//     writes)
//
// It owns no read or write buffer. It reads into the buffer that all connections of its reactor share, and
// keeps only the beginning of a packet that has not arrived whole, until it has. It writes from the shard's
// outbox through the shared GatherBatch; what the socket does not take stays in the outbox as references.
//
// A connection belongs to one reactor (its home) at a time and can be carried to another as a value.
//
//     settle  ->  in service  ->  leave  ->  settle …                     handed over
//                     |
//                     +->  lingering (said its last words, waits for the peer to hang up)  ->  dead
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/byte_view.h"
#include "net/close_cause.h"
#include "net/entrance.h"
#include "net/seats.h"
#include "net/tls_stream.h"
#include "net/ws_stream.h"
#include "reactor/file_descriptor.h"
#include "reactor/transport.h"
#include "shard/link_id.h"
#include "shard/shard.h"

namespace dray::net {

class SocketTransport;

class Connection final : public reactor::Passenger {
  public:
    // A turn's share of one connection, in bytes; the rest waits for the next turn.
    static constexpr std::size_t kReadShare = 64 * 1024;
    static constexpr std::size_t kWriteShare = 1024 * 1024;
    // A longer beginning of a packet is no longer copied in front of what is read next.
    static constexpr std::size_t kKeptInFrontMax = 4 * 1024;

    // What a connection is made of beside its socket; each may be missing.
    struct Layers {
        std::unique_ptr<Entrance> entrance;
        std::unique_ptr<TlsStream> tls;
        std::unique_ptr<WsStream> websocket;
        std::shared_ptr<Seats> seats;  // in which one was taken
    };
    Connection(reactor::FileDescriptor socket, shard::LinkOptions options, Layers layers)
        : seat_(std::move(layers.seats)),
          socket_(std::move(socket)),
          options_(std::move(options)),
          entrance_(std::move(layers.entrance)),
          tls_(std::move(layers.tls)),
          websocket_(std::move(layers.websocket)) {}

    // --- for the transport ---
    // Arrives at a reactor: is watched, has a link. False if the system refuses to watch it.
    bool settle(SocketTransport& home, shard::LinkId link);
    // Offers what was brought along.
    void begin_service(bool is_new);
    void leave();
    const shard::LinkOptions& options() const { return options_; }
    shard::LinkId link() const { return link_; }

    void on_events(std::uint32_t events) override;
    // The rest of an earlier turn's work.
    void continue_unfinished();
    void flush();
    void set_reading(bool on);
    // Writes what the socket takes and ends.
    void close_by_broker(const Ending& ending);
    // Ends at once.
    void abandon(const Ending& ending);
    // Ends lingering.
    void die();

    // Kept by the transport: whether it stands in its list of unfinished work.
    bool listed_unfinished = false;

  private:
    enum class Phase : std::uint8_t { kTravelling, kInService, kLingering, kDead };

    bool in_service() const { return phase_ == Phase::kInService; }
    bool pass_entrance();  // false: not yet, or refused
    void read_share();
    // How many bytes came; 0: none now, or the connection is over.
    std::size_t read_socket(std::span<std::uint8_t> room);
    std::size_t read_tls(std::span<std::uint8_t> room);
    void take_in(std::span<std::uint8_t> fresh, std::size_t kept_in_front);
    void offer(ByteView all);
    void offer_kept() { offer(kept_); }
    void keep(ByteView all, std::size_t consumed);
    bool has_output() const;
    bool write_once();  // false: no more now
    // How many bytes the socket took; nothing: the connection is over.
    std::optional<std::size_t> write_socket(std::span<const iovec> parts);
    std::optional<std::size_t> write_tls(std::span<const iovec> parts);
    void hear_last_bytes();
    void end_service(const Ending& ending);
    void linger_or_die();

    SocketTransport* home_ = nullptr;
    Seat seat_;
    reactor::FileDescriptor socket_;
    Phase phase_ = Phase::kTravelling;
    bool readable_ = false;       // there may be bytes to read: edge-triggered, so it is remembered
    bool hung_up_ = false;        // the peer's end of stream is (or was) behind the bytes
    bool reading_ = true;         // false: the shard slows this publisher down
    bool resumed_ = false;        // reading was allowed again: what was kept is to be offered
    bool write_blocked_ = false;  // the socket is full; EPOLLOUT will come
    shard::LinkId link_;
    shard::LinkOptions options_;
    std::vector<std::uint8_t> kept_;      // read and not consumed
    std::unique_ptr<Entrance> entrance_;  // until it is passed
    std::unique_ptr<TlsStream> tls_;
    std::unique_ptr<WsStream> websocket_;
};

}  // namespace dray::net
