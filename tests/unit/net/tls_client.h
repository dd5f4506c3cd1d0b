// A client that speaks TLS by hand: OpenSSL makes the bytes, the test decides when they go out and in which
// pieces.
#pragma once

#include <memory>
#include <string>

#include "net/tls_context.h"
#include "real_broker.h"

struct bio_st;

namespace dray::net::test {

struct TlsClientOptions {
    std::string authority_file = {};  // empty: the server's certificate is not looked at
    CertificateFiles certificate = {};
    std::string server_name = {};
    int version_max = 0;          // OpenSSL's number; 0 = any
    bool sends_bytewise = false;  // each byte on its own
    std::string first = {};       // sent in the clear, before TLS
};

class TlsClient {
  public:
    TlsClient(const Address& address, const TlsClientOptions& options = {});
    ~TlsClient();

    // False if the server refuses; why() says what was seen of it. Called by the others if need be. With TLS
    // 1.3 the server refuses a client's certificate only after the client's side is done: then receive()
    // fails.
    bool shake_hands();
    void send(std::string_view bytes);
    std::string receive(std::size_t count);
    // As RawClient's; "…UNCLEAN" if the stream ended without TLS's own end.
    std::string receive_to_end();
    std::string server_common_name() const;
    const std::string& why() const { return why_; }
    RawClient& raw() { return raw_; }

  private:
    void flush();
    bool take_in();  // false: nothing came
    RawClient raw_;
    bool sends_bytewise_;
    std::shared_ptr<ssl_ctx_st> context_;
    std::shared_ptr<ssl_st> connection_;
    bio_st* in_ = nullptr;
    bio_st* out_ = nullptr;
    std::string why_;
};

}  // namespace dray::net::test
