// A connection over TLS, by OpenSSL's client on a socket that waits.
#pragma once

#include <memory>
#include <string>

#include "harness/wire.h"

struct ssl_ctx_st;
struct ssl_st;

namespace dray::conformance {

class TlsWire : public Wire {
  public:
    // Throws when refused, or when the peer's certificate is not of that authority.
    TlsWire(std::uint16_t port, const std::string& authority_file);
    ~TlsWire() override;
    TlsWire(const TlsWire&) = delete;
    TlsWire& operator=(const TlsWire&) = delete;

    void send(std::string_view bytes) override;
    Arrival receive(std::string& bytes, Deadline deadline) override;
    void close_sending() override;

  private:
    TcpWire tcp_;
    std::shared_ptr<ssl_ctx_st> context_;
    std::shared_ptr<ssl_st> connection_;
};

}  // namespace dray::conformance
