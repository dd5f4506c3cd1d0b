// What a reactor waits with until one of its sockets has something for it. Two kinds, one choice per process:
//
//     EpollPoller   everywhere
//     RingPoller    io_uring, Linux 6.12 and later: also waits until so much has come (ring_poller.h)
//
// Connections are watched edge-triggered (EPOLLET) for reading and writing from their first to their last
// moment: the kernel is told of each exactly twice, whatever becomes of back-pressure, slow readers and
// pauses, and need not look again at the end of each wake-up whether a socket is still ready (as
// level-triggering does). The price: who does not drain a socket must remember it (SocketTransport does).
//
// Our own and not Asio: with one message per wake-up a third of the cost of Asio's path is saved.
//
//     tell_news()   wait(…)   collect()       of this poller and of those that it serves
//     take_ready()                            of each its own
//
// One thread's; but while that is in wait(), whoever holds its baton (baton.h) may add, change and remove:
// has_news() then says whether it must be woken for that.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

#include "reactor/event_source.h"
#include "reactor/poller_kind.h"

namespace dray::reactor {

class Poller {
  public:
    struct Event {
        EventSource* source;
        std::uint32_t events;  // epoll's mask
    };
    // A wait that more may come to share: it ends with so many events, or (about) so long after it began if
    // there is one at least.
    struct Gathering {
        unsigned events = 1;
        std::chrono::nanoseconds time{};
    };

    virtual ~Poller() = default;

    [[nodiscard]] virtual std::error_code add(int fd, EventSource& source, std::uint32_t events) = 0;
    virtual void change(int fd, EventSource& source, std::uint32_t events) = 0;
    // Before the file is closed.
    virtual void remove(int fd) = 0;
    // Something of these that the kernel is told by the next tell_news().
    virtual bool has_news() const = 0;
    // Before each wait.
    virtual void tell_news() = 0;

    // At most `timeout` (negative: for ever).
    virtual void wait(std::chrono::milliseconds timeout, const Gathering& gathering) = 0;
    // After each wait: what has come is ready.
    virtual void collect() = 0;
    bool has_ready() const { return !ready_.empty(); }
    // Valid until it is asked again.
    std::span<const Event> take_ready() {
        taken_.clear();
        taken_.swap(ready_);
        return taken_;
    }
    // All of it for a thread that has only this one.
    std::span<const Event> await(std::chrono::milliseconds timeout) {
        tell_news();
        wait(timeout, {});
        collect();
        return take_ready();
    }

    // Another poller of the same kind may serve what this one watches while nobody waits with it:
    //     its own thread: park()      the other: serve(it) … dismiss(it)      its own again: wait
    virtual void park() = 0;
    virtual void serve(Poller& ward) = 0;
    virtual void dismiss(Poller& ward) = 0;

  protected:
    void is_ready(EventSource& source, std::uint32_t events) { ready_.push_back({&source, events}); }
    std::size_t ready() const { return ready_.size(); }

  private:
    std::vector<Event> ready_;
    std::vector<Event> taken_;
};

// Of kAuto: io_uring where it can be used.
PollerKind usable_poller(PollerKind kind);
// Throws std::system_error. `kind` is not kAuto.
std::unique_ptr<Poller> make_poller(PollerKind kind);

}  // namespace dray::reactor
