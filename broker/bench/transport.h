// The bytes of one connection to the broker: a non-blocking socket, or TLS over one. Connecting and the
// handshake happen by the way, in the first sends and reads.
#pragma once

#include <sys/types.h>

#include <memory>
#include <span>
#include <string_view>

#include "bench/broker_url.h"

struct ssl_st;
struct ssl_ctx_st;

namespace dray::bench {

// What all connections of a run share about TLS.
struct TlsOptions {
    std::string ca_file;  // empty: the system's
    bool insecure = false;
};

class TlsContext {
  public:
    explicit TlsContext(const TlsOptions& options);  // throws Failure
    ssl_ctx_st* get() const { return context_.get(); }

  private:
    std::shared_ptr<ssl_ctx_st> context_;
};

class Transport {
  public:
    // `tls` is null, or outlives this. Throws Failure when no socket can be had or the broker refuses at
    // once.
    Transport(const Broker& broker, const TlsContext* tls);
    ~Transport();
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    int fd() const { return fd_; }

    enum class Status { kDone, kLater, kClosed };
    struct Result {
        Status status = Status::kLater;
        std::size_t size = 0;         // when done
        bool waits_for_room = false;  // when later: to send, rather than for the other side
    };
    Result send(std::string_view bytes);
    Result read(std::span<char> into);
    // After less than what was asked for there is nothing more for now.
    bool short_read_is_last() const { return ssl_ == nullptr; }

  private:
    Result tls_result(int returned) const;

    int fd_ = -1;
    ssl_st* ssl_ = nullptr;
};

}  // namespace dray::bench
