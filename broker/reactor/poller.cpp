#include "reactor/poller.h"

#include "reactor/epoll_poller.h"
#include "reactor/log.h"
#include "reactor/ring_poller.h"

namespace dray::reactor {

PollerKind usable_poller(PollerKind kind) {
    if (kind != PollerKind::kAuto) return kind;
    try {
        const RingPoller trial;
        return PollerKind::kIoUring;
    } catch (const std::system_error& error) {
        log_info("io_uring cannot be used: lone messages cost more CPU time with epoll",
                 {{"why", error.what()}});
        return PollerKind::kEpoll;
    }
}

std::unique_ptr<Poller> make_poller(PollerKind kind) {
    if (kind == PollerKind::kIoUring) return std::make_unique<RingPoller>();
    return std::make_unique<EpollPoller>();
}

}  // namespace dray::reactor
