// The WebSocket layer of one connection: a stream of bytes to the shard, frames to the peer.
//
//     peer  --  request | frames  -->  receive()  --  bytes  -->  shard
//     peer  <--  response | frames  --  begin_write(), pending(), sent()  <--  frames  --  outbox
//
// The outbox frames its packets itself. What this layer has to say (responses, pongs, the close) goes out
// between two of them, never within one that a short write has cut. Part of a connection; moves with it to
// another reactor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "net/ws_frame.h"

namespace dray::net {

class WsStream {
  public:
    struct Limits {
        std::size_t header_bytes_max = 8 * 1024;                // of the HTTP request
        std::uint64_t message_bytes_max = 64ULL * 1024 * 1024;  // of one WebSocket message
    };
    explicit WsStream(const Limits& limits)
        : decoder_(limits.message_bytes_max), header_bytes_max_(limits.header_bytes_max) {}

    // In place: the stream's bytes are moved to the front of `bytes`. What is to be answered waits in
    // pending().
    struct Received {
        std::size_t data_bytes = 0;
        bool ended = false;      // the peer closed, or did wrong: write what is pending and close
        bool violation = false;  // ... did wrong
        std::string why = {};    // for the log
    };
    Received receive(std::span<std::uint8_t> bytes);
    bool is_upgraded() const { return upgraded_; }
    // A web page that this machine does not serve has opened it (base/web_origin.h).
    bool is_of_foreign_page() const { return is_of_foreign_page_; }

    // --- writing: what pending() says comes first, then begin_write()'s many bytes of the outbox ---
    // `outbox_bytes` are gathered, from the beginning of a packet or not: how many of them may follow now.
    std::size_t begin_write(std::size_t outbox_bytes, bool between_packets);
    std::string_view pending() const { return pending_; }
    bool has_pending() const { return !pending_.empty() || !control_.empty(); }
    // The socket took `bytes`: how many of them were the outbox's.
    std::size_t sent(std::size_t bytes);

    // Asks the peer to close, unless that was done or a frame is still open.
    void say_close(WsCloseCode code);

  private:
    // A peer that pings and does not read its pongs gets only the latest, RFC 6455 section 5.5.3.
    static constexpr std::size_t kControlBytesMax = 4 * 1024;

    // Room for every frame header; the response to the request needs more, once.
    static constexpr std::size_t kPendingBytesKept = 16;

    Received upgrade(std::span<std::uint8_t> bytes);
    Received unframe(std::span<std::uint8_t> bytes);

    WsDecoder decoder_;
    std::size_t header_bytes_max_;
    std::string request_;  // until the upgrade is done
    std::string pending_;  // goes out next
    std::string control_;  // control frames that wait for the end of the current packet
    bool upgraded_ = false;
    bool is_of_foreign_page_ = false;
    bool close_said_ = false;
};

}  // namespace dray::net
