#include "reactor/time_slice.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace dray::reactor {

namespace {

// sched_setattr(2). The kernel's header for it cannot stand beside <sched.h>, and the C library has none yet.
struct SchedAttr {
    std::uint32_t size = sizeof(SchedAttr);
    std::uint32_t policy = 0;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0;
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
};

}  // namespace

bool ask_for_time_slices_of(std::chrono::nanoseconds length) {
    SchedAttr is;
    if (::syscall(SYS_sched_getattr, 0, &is, sizeof is, 0) != 0) return false;
    if (is.policy != SCHED_OTHER) return false;
    is.runtime = static_cast<std::uint64_t>(length.count());
    return ::syscall(SYS_sched_setattr, 0, &is, 0) == 0;
}

}  // namespace dray::reactor
