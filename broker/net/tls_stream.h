// The TLS layer of one connection, between its socket and what is spoken over it.
//
//     socket  <->  TlsStream  <->  [WsStream]  <->  shard
//
// Reads into the buffer it is given and writes from the pieces it is given; it keeps what OpenSSL keeps,
// which between two packets is neither a read nor a write buffer. Never waits: `kBlocked` means "again when
// the socket has news", whichever way it wants to go. Part of a connection, moves with it to another reactor;
// one thread at a time. The process must ignore SIGPIPE.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "net/client_identity.h"
#include "net/socket_bio.h"
#include "net/tls_context.h"

namespace dray::net {

class TlsStream {
  public:
    // `socket` must stay open as long as this lives.
    TlsStream(std::shared_ptr<const TlsContext> context, int socket);
    // The client's end: the server's certificate must be for `server`, a name or an IP address.
    TlsStream(std::shared_ptr<const TlsContext> context, int socket, const std::string& server);
    ~TlsStream();
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    enum class Status : std::uint8_t { kDone, kBlocked, kEnded, kFailed };

    // Until it is done nothing can be read or written. After kFailed the peer has been told (an alert).
    Status handshake();
    // What was wrong when something has failed, for a person.
    const std::string& why() const { return why_; }

    // After the handshake: who the client's certificate says it is; empty: no certificate, or nobody asked.
    Result<std::string, Failure> identity(ClientIdentity source) const;

    struct Transfer {
        std::size_t bytes = 0;
        Status status = Status::kDone;
    };
    // Until `room` is full, or there is no more now. Ends and failures are told when all before them was.
    // `short_read_drains`: as in SocketBio; otherwise the socket is asked until it has nothing.
    Transfer read(std::span<std::uint8_t> room, bool short_read_drains = false);

    // Until all is written or the socket is full. When it is full, some bytes may be on their way that do not
    // count yet: while owes_write(), the next write must begin with the same bytes, and no fewer.
    Transfer write(std::span<const iovec> parts);
    bool owes_write() const { return owed_bytes_ > 0; }

    // Says that no more comes from us, if that can be said now.
    void say_close();

  private:
    struct Free {
        void operator()(ssl_st* connection) const;
    };
    Status outcome(int result);

    std::shared_ptr<const TlsContext> context_;
    SocketBio socket_;
    std::unique_ptr<ssl_st, Free> connection_;
    std::size_t owed_bytes_ = 0;
    Status after_data_ = Status::kDone;  // what is to be told by the next read
    std::string why_;
};

}  // namespace dray::net
