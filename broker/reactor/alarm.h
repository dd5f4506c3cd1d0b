// Ends a poller's wait when a deadline has come: a timerfd that is watched. It is set only when the deadline
// is another than before, so a turn in which none has moved costs no system call for time, and the kernel
// need not start and cancel a timer of its own for each wait, as it must for a time-out of epoll_wait.
#pragma once

#include "base/instant.h"
#include "reactor/event_source.h"
#include "reactor/file_descriptor.h"
#include "reactor/poller.h"

namespace dray::reactor {

class Alarm final : public EventSource {
  public:
    explicit Alarm(Poller& poller);  // throws std::system_error

    // `deadline` lies behind `now`; kNever: no alarm. It never comes early, by the clock that says `now`.
    void set(Instant deadline, Instant now);

  private:
    void on_events(std::uint32_t) override {}  // waking up was all

    FileDescriptor timer_;  // watched edge-triggered, so it is never read: each time is a new edge
    Instant deadline_ = kNever;
};

}  // namespace dray::reactor
