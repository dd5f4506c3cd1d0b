// A poller of one io_uring (poller.h), which the kernel lets wait until so many events have come: lone
// messages then share one wake-up, and what makes them share it is not a timer of their own. A sleep by timer
// costs the CPU time of several messages, above all in a virtual machine, and goes on while a burst comes in.
//
// Each file that is watched edge-triggered has a lasting poll request. The others, which are listeners, are
// in an epoll set that has one: a request keeps its file open, for moments even after the process has died,
// and who starts again then must find the address free. The kernel runs what completes requests on our
// thread, in wait() (DEFER_TASKRUN); that is why it can count before it wakes anybody, and why only the
// thread that waits may speak with the ring. So add and remove are noted as news, which the kernel is told
// before a wait.
//
// A wait that gathers could wait in vain for the last of many: while it gathers, a tick of kTick ends each
// wait that it falls into.
#pragma once

#include <liburing.h>

#include <deque>
#include <vector>

#include "reactor/epoll_poller.h"
#include "reactor/poller.h"

namespace dray::reactor {

class RingPoller final : public Poller {
  public:
    RingPoller();  // throws std::system_error: also where the kernel has no such io_uring, or forbids it
    ~RingPoller() override;
    RingPoller(const RingPoller&) = delete;
    RingPoller& operator=(const RingPoller&) = delete;

    // An error shows as an event: EPOLLERR.
    [[nodiscard]] std::error_code add(int fd, EventSource& source, std::uint32_t events) override;
    void change(int fd, EventSource& source, std::uint32_t events) override;
    void remove(int fd) override;
    bool has_news() const override { return !news_.empty(); }
    void tell_news() override;

    void wait(std::chrono::milliseconds timeout, const Gathering& gathering) override;
    void collect() override;

    void park() override { withdraw(*this); }
    void serve(Poller& ward) override;
    void dismiss(Poller& ward) override;

  private:
    // One request at a time, until the kernel has said the last about it.
    struct Watch {
        RingPoller* owner;
        EventSource* source;  // none: nobody wants to hear of it any more
        int fd;
        std::uint32_t events;
        bool is_armed = false;  // the kernel has its request
        bool is_news = false;
    };

    class Levels final : public EventSource {
        void on_events(std::uint32_t) override {}  // see hear()
    };

    void watch(int fd, EventSource& source, std::uint32_t events);
    void note(Watch& watch);
    void collect_levels();
    void tell_news_of(RingPoller& poller);
    void enable();
    void arm(Watch& watch);
    void cancel(const Watch& watch);
    // Of this or of a ward: the kernel forgets all its requests.
    void withdraw(RingPoller& from);
    void free(Watch& watch);

    bool can_gather(std::chrono::nanoseconds time);
    void hear_tick(bool goes_on);

    io_uring_sqe& next_request();
    void enter(unsigned wanted, unsigned flags, std::chrono::milliseconds timeout);
    bool hear_all();  // whether there was any
    void hear(std::uint64_t user_data, int result, bool goes_on);

    io_uring ring_{};
    bool is_enabled_ = false;
    unsigned enter_flags_ = 0;

    std::deque<Watch> watches_;
    std::vector<Watch*> free_;
    std::vector<Watch*> by_fd_;
    std::vector<Watch*> news_;
    std::size_t armed_ = 0;
    EpollPoller levels_;
    Levels about_levels_;
    bool looks_at_levels_ = false;
    std::vector<RingPoller*> wards_;

    enum class Ticking : std::uint8_t { kNot, kTicks, kEnds };
    Ticking ticking_ = Ticking::kNot;
    bool has_gathered_ = false;  // since the last tick
    __kernel_timespec tick_{};
};

}  // namespace dray::reactor
