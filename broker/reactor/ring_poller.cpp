#include "reactor/ring_poller.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/assert.h"

namespace dray::reactor {

namespace {

using namespace std::chrono_literals;

constexpr unsigned kRequests = 256;
constexpr unsigned kCompletions = 8192;  // the kernel's table of requests grows with it
constexpr std::size_t kReadyMax = 512;   // of a turn
constexpr std::chrono::nanoseconds kTick = 2ms;

// Newer than Debian's header.
constexpr unsigned kFeatureMinTimeout = 1U << 15;  // Linux 6.12; what we need has been there since 6.4
constexpr unsigned kFeatureNoIowait = 1U << 17;    // Linux 6.15
constexpr unsigned kEnterNoIowait = 1U << 7;
constexpr unsigned kTimeoutMultishot = 1U << 6;

// user_data is a Watch, or:
constexpr std::uint64_t kNobody = 0;
constexpr std::uint64_t kTicker = 1;

__kernel_timespec timespec_of(std::chrono::nanoseconds time) {
    return {.tv_sec = time / 1s, .tv_nsec = (time % 1s).count()};
}

}  // namespace

RingPoller::RingPoller() {
    io_uring_params parameters{};
    // Not yet enabled: it will be by the thread that waits with it.
    parameters.flags = IORING_SETUP_R_DISABLED | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                       IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_CQSIZE;
    parameters.cq_entries = kCompletions;
    const int error = io_uring_queue_init_params(kRequests, &ring_, &parameters);
    if (error < 0) throw std::system_error(-error, std::system_category(), "io_uring_setup");
    if ((parameters.features & kFeatureMinTimeout) == 0) {
        io_uring_queue_exit(&ring_);
        throw std::system_error(ENOSYS, std::system_category(), "io_uring of Linux 6.12");
    }
    if ((parameters.features & kFeatureNoIowait) != 0) enter_flags_ = kEnterNoIowait;
    watch(levels_.number(), about_levels_, EPOLLIN);
}

RingPoller::~RingPoller() {
    io_uring_queue_exit(&ring_);
}

std::error_code RingPoller::add(int fd, EventSource& source, std::uint32_t events) {
    if ((events & EPOLLET) == 0) return levels_.add(fd, source, events);
    watch(fd, source, events & ~std::uint32_t{EPOLLET});
    return {};
}

void RingPoller::watch(int fd, EventSource& source, std::uint32_t events) {
    const auto place = static_cast<std::size_t>(fd);
    if (place >= by_fd_.size()) by_fd_.resize(std::max(place + 1, 2 * by_fd_.size()));
    DRAY_ASSERT(by_fd_[place] == nullptr);
    if (free_.empty()) free_.push_back(&watches_.emplace_back());
    Watch& watch = *free_.back();
    free_.pop_back();
    watch = {.owner = this, .source = &source, .fd = fd, .events = events};
    by_fd_[place] = &watch;
    note(watch);
}

void RingPoller::change(int fd, EventSource& source, std::uint32_t events) {
    remove(fd);
    DRAY_ASSERT(!add(fd, source, events));
}

void RingPoller::remove(int fd) {
    const auto place = static_cast<std::size_t>(fd);
    if (place >= by_fd_.size() || by_fd_[place] == nullptr) return levels_.remove(fd);
    Watch& watch = *std::exchange(by_fd_[place], nullptr);
    watch.source = nullptr;
    note(watch);
}

void RingPoller::note(Watch& watch) {
    if (!std::exchange(watch.is_news, true)) news_.push_back(&watch);
}

void RingPoller::tell_news() {
    if (!std::exchange(is_enabled_, true)) enable();
    tell_news_of(*this);
    for (RingPoller* const ward : wards_) tell_news_of(*ward);
}

// From now on the ring is this thread's.
void RingPoller::enable() {
    const auto ring = static_cast<unsigned>(ring_.ring_fd);
    DRAY_ASSERT(io_uring_register(ring, IORING_REGISTER_ENABLE_RINGS, nullptr, 0) == 0);
}

void RingPoller::tell_news_of(RingPoller& poller) {
    for (Watch* const watch : poller.news_) {
        watch->is_news = false;
        if (watch->source == nullptr) {
            watch->is_armed ? cancel(*watch) : poller.free(*watch);
        } else if (!watch->is_armed) {
            arm(*watch);
        }
    }
    poller.news_.clear();
}

void RingPoller::free(Watch& watch) {
    free_.push_back(&watch);
}

void RingPoller::arm(Watch& watch) {
    io_uring_sqe& request = next_request();
    io_uring_prep_poll_multishot(&request, watch.fd, watch.events);
    request.user_data = reinterpret_cast<std::uintptr_t>(&watch);
    watch.is_armed = true;
    ++watch.owner->armed_;
}

// Not IORING_OP_POLL_REMOVE: that refuses while the request has something to tell.
void RingPoller::cancel(const Watch& watch) {
    io_uring_sqe& request = next_request();
    io_uring_prep_cancel64(&request, reinterpret_cast<std::uintptr_t>(&watch), 0);
    request.flags |= IOSQE_CQE_SKIP_SUCCESS;
    request.user_data = kNobody;
}

void RingPoller::wait(std::chrono::milliseconds timeout, const Gathering& gathering) {
    const auto looks = [](const RingPoller& poller) { return poller.looks_at_levels_; };
    const bool sleeps = timeout != 0ms && !looks(*this) &&
                        std::ranges::none_of(wards_, [&](const RingPoller* ward) { return looks(*ward); });
    const bool gathers = sleeps && gathering.events > 1 && can_gather(gathering.time);
    const unsigned wanted = gathers ? gathering.events : sleeps ? 1 : 0;
    enter(wanted, IORING_ENTER_GETEVENTS, timeout);
}

// Only while it ticks. A tick that comes before the kernel has begun to wait ends no wait: the next does.
bool RingPoller::can_gather(std::chrono::nanoseconds time) {
    has_gathered_ = true;
    if (ticking_ == Ticking::kNot) {
        tick_ = timespec_of(std::max(time, kTick));
        io_uring_sqe& request = next_request();
        io_uring_prep_timeout(&request, &tick_, 0, kTimeoutMultishot);
        request.user_data = kTicker;
        ticking_ = Ticking::kTicks;
    }
    return ticking_ == Ticking::kTicks;
}

void RingPoller::hear_tick(bool goes_on) {
    if (!goes_on) {
        ticking_ = Ticking::kNot;
    } else if (!std::exchange(has_gathered_, false)) {
        ticking_ = Ticking::kEnds;
        io_uring_sqe& request = next_request();
        io_uring_prep_timeout_remove(&request, kTicker, 0);
        request.user_data = kNobody;
    }
}

void RingPoller::collect() {
    // The kernel hands them out by the dozen. That there are more it may go on saying when there are none.
    while (hear_all() && ready() < kReadyMax &&
           (IO_URING_READ_ONCE(*ring_.sq.kflags) & IORING_SQ_TASKRUN) != 0) {
        enter(0, IORING_ENTER_GETEVENTS, 0ms);
    }
    collect_levels();
    for (RingPoller* const ward : wards_) ward->collect_levels();
}

// Until nothing is left of them: the ring tells only that they begin.
void RingPoller::collect_levels() {
    if (!looks_at_levels_) return;
    const std::span<const Event> events = levels_.await(0ms);
    for (const auto& [source, what] : events) is_ready(*source, what);
    looks_at_levels_ = !events.empty();
}

bool RingPoller::hear_all() {
    io_uring_cqe* completion = nullptr;
    unsigned head = 0;
    unsigned heard = 0;
    io_uring_for_each_cqe(&ring_, head, completion) {
        ++heard;
        hear(completion->user_data, completion->res, (completion->flags & IORING_CQE_F_MORE) != 0);
    }
    io_uring_cq_advance(&ring_, heard);
    return heard > 0;
}

void RingPoller::hear(std::uint64_t user_data, int result, bool goes_on) {
    if (user_data == kNobody) return;
    if (user_data == kTicker) return hear_tick(goes_on);
    Watch& watch = *reinterpret_cast<Watch*>(user_data);
    RingPoller& owner = *watch.owner;
    if (!goes_on) {
        watch.is_armed = false;
        --owner.armed_;
        if (watch.source == nullptr && !watch.is_news) return owner.free(watch);
        // The kernel had no room for more; or it is withdrawn, and to be armed again by who serves it next.
        if (result >= 0 || result == -ECANCELED) owner.note(watch);
    }
    if (watch.source == nullptr || result == -ECANCELED) return;
    if (watch.source == &owner.about_levels_) {
        owner.looks_at_levels_ = true;
        return;
    }
    owner.is_ready(*watch.source, result < 0 ? EPOLLERR : static_cast<std::uint32_t>(result));
}

void RingPoller::withdraw(RingPoller& from) {
    if (!is_enabled_) return;  // the kernel has never heard of any
    tell_news_of(from);
    for (const Watch* const watch : from.by_fd_) {
        if (watch != nullptr && watch->is_armed) cancel(*watch);
    }
    while (from.armed_ > 0) {
        enter(1, IORING_ENTER_GETEVENTS, -1ms);
        hear_all();
    }
}

void RingPoller::serve(Poller& ward) {
    wards_.push_back(&dynamic_cast<RingPoller&>(ward));
}

void RingPoller::dismiss(Poller& ward) {
    auto& other = dynamic_cast<RingPoller&>(ward);
    withdraw(other);
    std::erase(wards_, &other);
}

io_uring_sqe& RingPoller::next_request() {
    io_uring_sqe* request = io_uring_get_sqe(&ring_);
    while (request == nullptr) {
        enter(0, 0, 0ms);
        request = io_uring_get_sqe(&ring_);
    }
    return *request;
}

// Hands over what was asked for, and waits. liburing's own calls know no kEnterNoIowait: who sleeps here
// would be shown as waiting for a disk.
void RingPoller::enter(unsigned wanted, unsigned flags, std::chrono::milliseconds timeout) {
    io_uring_sq& queue = ring_.sq;
    for (const unsigned mask = *queue.kring_mask; queue.sqe_head != queue.sqe_tail; ++queue.sqe_head) {
        queue.array[queue.sqe_head & mask] = queue.sqe_head & mask;
    }
    io_uring_smp_store_release(queue.ktail, queue.sqe_tail);
    const unsigned asked = queue.sqe_tail - io_uring_smp_load_acquire(queue.khead);

    __kernel_timespec time = timespec_of(timeout);
    io_uring_getevents_arg limits{};
    limits.ts = reinterpret_cast<std::uintptr_t>(&time);
    const bool is_limited = wanted > 0 && timeout > 0ms;
    if (wanted > 0) flags |= enter_flags_;
    if (is_limited) flags |= IORING_ENTER_EXT_ARG;
    const int done =
        io_uring_enter2(static_cast<unsigned>(ring_.ring_fd), asked, wanted, flags,
                        is_limited ? reinterpret_cast<sigset_t*>(&limits) : nullptr, sizeof limits);
    // Interrupted, in time, or short of memory or room for the moment: what is left is handed over next time.
    DRAY_ASSERT(done >= 0 || done == -EINTR || done == -ETIME || done == -EAGAIN || done == -EBUSY ||
                done == -ENOMEM);
}

}  // namespace dray::reactor
