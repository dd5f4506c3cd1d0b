// What a connection goes through between accept and the first byte that counts: the PROXY header of a load
// balancer, then the TLS handshake, each if its listener wants it. Gone once it is passed.
//
// Never reads a byte too many: what follows a header is for the next layer. The time for it is part of the
// time to a CONNECT (limits.connect_ms_max), which the shard watches.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/close_cause.h"
#include "net/listener_options.h"
#include "net/proxy_header.h"
#include "net/tls_stream.h"
#include "shard/shard.h"

namespace dray::net {

class Entrance {
  public:
    explicit Entrance(std::shared_ptr<const ListenerOptions> options)
        : options_(std::move(options)), in_header_(options_->proxy_protocol) {}

    struct Step {
        enum class Status : std::uint8_t { kPassed, kBlocked, kRefused };
        Status status = Status::kPassed;
        CloseCause cause{};    // when refused
        std::string why = {};  // ... in words
    };
    // Goes as far as the socket allows. What becomes known of the client is written into `client`: peer,
    // identity. `tls` is null on a listener without.
    Step pass(int socket, TlsStream* tls, shard::LinkOptions& client, Instant now);

  private:
    Step read_header(int socket, shard::LinkOptions& client, Instant now);
    Step take_header(const ProxyHeader& header, shard::LinkOptions& client, Instant now) const;
    Step shake_hands(TlsStream& tls, shard::LinkOptions& client) const;

    std::shared_ptr<const ListenerOptions> options_;
    std::vector<std::uint8_t> header_;  // as far as it has arrived
    bool in_header_;
};

}  // namespace dray::net
