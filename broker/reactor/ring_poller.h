// A poller of one io_uring (poller.h), which the kernel lets wait until so many events have come: lone
// messages then share one wake-up, and what makes them share it is not a timer of their own. A sleep by timer
// costs the CPU time of several messages, above all in a virtual machine, and goes on while a burst comes in.
//
// Each file is watched by a poll request: a lasting one (EPOLLET), which tells of each edge, or one that is
// made again after each event, which is level-triggering. The kernel runs what completes them on our thread,
// in wait() (DEFER_TASKRUN); that is why it can count before it wakes anybody, and why only the thread that
// waits may speak with the ring. So add and remove are noted as news, which the kernel is told before a wait.
//
// A wait that gathers could wait in vain for the last of many: while it gathers, a tick of kTick ends each
// wait that it falls into.
#pragma once

#include <liburing.h>

#include <deque>
#include <vector>

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

    void note(Watch& watch);
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
    std::vector<RingPoller*> wards_;

    enum class Ticking : std::uint8_t { kNot, kTicks, kEnds };
    Ticking ticking_ = Ticking::kNot;
    bool has_gathered_ = false;  // since the last tick
    __kernel_timespec tick_{};
};

}  // namespace dray::reactor
