// What a poller watches: something that has a file descriptor and wants to hear about it.
#pragma once

#include <cstdint>

namespace dray::reactor {

class EventSource {
  public:
    virtual ~EventSource() = default;
    // `events` is epoll's mask. The source must stay alive until the end of the turn, even if it stops being
    // watched in it: this wake-up may name it again.
    virtual void on_events(std::uint32_t events) = 0;
};

}  // namespace dray::reactor
