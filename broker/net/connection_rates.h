// How often clients may connect: from one address, over all listeners, and to one listener.
//
//     from one address, faster     turned away at once, before TLS: it costs little, and nobody else waits
//     to a listener, faster        accepted later: clients wait in the system's queue, in their order
//
// An address is that of Address::origin(); behind a PROXY header, the one that the header tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "base/rate_limit.h"

namespace dray::net {

// Of all listeners. Any thread.
class AddressRates {
  public:
    static constexpr std::size_t kAddressesMax = 65'536;  // that are remembered

    explicit AddressRates(std::uint32_t per_s_max) : per_s_max_(per_s_max) {}

    // One more from there; false: too many. Origin 0 is nobody's, and always welcome.
    bool take(std::uint64_t origin, Instant now);

  private:
    void make_room(Instant now);

    std::uint32_t per_s_max_;
    std::mutex mutex_;
    std::unordered_map<std::uint64_t, RateLimit> addresses_;
};

// Of one listener, with all its sockets. Any thread; several that accept in the same moment may go beyond it
// by one each.
class ListenerRate {
  public:
    explicit ListenerRate(std::uint32_t per_s_max) : limit_(per_s_max) {}

    Instant welcome_at() const;
    void count(Instant now);

  private:
    mutable std::mutex mutex_;
    RateLimit limit_;
};

}  // namespace dray::net
