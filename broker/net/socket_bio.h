// OpenSSL's way to a socket. It remembers that a read took less than there was room for: then the socket is
// empty, and what TLS asks next, behind the last record, is answered without a system call.
//
//     start_reading   SSL_read -> recv 340 of 16 KiB   SSL_read -> "again later", by what is known
//
// A peer's end of stream makes no such promise: it may lie behind the bytes already. So whoever has been told
// of it, or is told nothing, asks the socket itself. One thread at a time. OpenSSL 3.
#pragma once

struct bio_st;

namespace dray::net {

class SocketBio {
  public:
    explicit SocketBio(int socket) : socket_(socket) {}
    SocketBio(const SocketBio&) = delete;
    SocketBio& operator=(const SocketBio&) = delete;

    // The BIO of this socket; whoever gets it frees it, before this goes.
    bio_st* make();

    // Before each round of reads. `short_read_drains`: the socket is watched edge-triggered, and nobody has
    // said that the stream ends.
    void start_reading(bool short_read_drains) {
        short_read_drains_ = short_read_drains;
        is_drained_ = false;
    }

  private:
    struct Methods;

    int socket_;
    bool short_read_drains_ = false;
    bool is_drained_ = false;
    bool has_ended_ = false;
};

}  // namespace dray::net
