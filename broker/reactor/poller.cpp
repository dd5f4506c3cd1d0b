#include "reactor/poller.h"

#include <algorithm>
#include <cerrno>

#include "base/assert.h"

namespace dray::reactor {

namespace {

epoll_event describe(EventSource& source, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &source;
    return event;
}

}  // namespace

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_.is_open()) throw std::system_error(errno, std::system_category(), "epoll_create1");
}

std::error_code Poller::add(int fd, EventSource& source, std::uint32_t events) {
    epoll_event event = describe(source, events);
    if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, fd, &event) == 0) return {};
    return {errno, std::system_category()};
}

void Poller::change(int fd, EventSource& source, std::uint32_t events) {
    epoll_event event = describe(source, events);
    DRAY_ASSERT(::epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, fd, &event) == 0);
}

void Poller::remove(int fd) {
    ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, fd, nullptr);
}

std::span<const epoll_event> Poller::wait(std::chrono::milliseconds timeout) {
    // An hour at most: epoll counts in int.
    const auto capped = std::min<std::int64_t>(timeout.count(), 3'600'000);
    const int count = ::epoll_wait(epoll_.number(), ready_.data(), static_cast<int>(ready_.size()),
                                   capped < 0 ? -1 : static_cast<int>(capped));
    if (count < 0) DRAY_ASSERT(errno == EINTR);
    return {ready_.data(), static_cast<std::size_t>(std::max(count, 0))};
}

}  // namespace dray::reactor
