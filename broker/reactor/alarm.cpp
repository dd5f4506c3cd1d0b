#include "reactor/alarm.h"

#include <sys/timerfd.h>

#include <cerrno>
#include <system_error>

#include "base/assert.h"

namespace dray::reactor {

Alarm::Alarm(Poller& poller) : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
    if (!timer_.is_open()) throw std::system_error(errno, std::system_category(), "timerfd_create");
    const std::error_code error = poller.add(timer_.number(), *this, EPOLLIN | EPOLLET);
    if (error) throw std::system_error(error, "to watch the timer");
}

void Alarm::set(Instant deadline, Instant now) {
    if (deadline == deadline_) return;
    deadline_ = deadline;
    itimerspec when{};  // zero: none
    if (deadline != kNever) {
        DRAY_ASSERT(deadline > now);
        const std::int64_t wait_ms = (deadline - now).count();
        when.it_value.tv_sec = wait_ms / 1000;
        when.it_value.tv_nsec = wait_ms % 1000 * 1'000'000;
    }
    DRAY_ASSERT(::timerfd_settime(timer_.number(), 0, &when, nullptr) == 0);
}

}  // namespace dray::reactor
