#include "reactor/epoll_poller.h"

#include <algorithm>
#include <cerrno>
#include <thread>

#include "base/assert.h"

namespace dray::reactor {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kTimeoutMsMax = 3'600'000;  // epoll counts in int

epoll_event describe(EventSource& source, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &source;
    return event;
}

}  // namespace

EpollPoller::EpollPoller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_.is_open()) throw std::system_error(errno, std::system_category(), "epoll_create1");
}

std::error_code EpollPoller::add(int fd, EventSource& source, std::uint32_t events) {
    epoll_event event = describe(source, events);
    if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, fd, &event) == 0) return {};
    return {errno, std::system_category()};
}

void EpollPoller::change(int fd, EventSource& source, std::uint32_t events) {
    epoll_event event = describe(source, events);
    DRAY_ASSERT(::epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, fd, &event) == 0);
}

void EpollPoller::remove(int fd) {
    ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, fd, nullptr);
}

void EpollPoller::wait(std::chrono::milliseconds timeout, const Gathering& gathering) {
    if (gathering.events > 1) std::this_thread::sleep_for(gathering.time);
    const auto capped = std::min<std::int64_t>(timeout.count(), kTimeoutMsMax);
    const int count = ::epoll_wait(epoll_.number(), heard_.data(), static_cast<int>(heard_.size()),
                                   capped < 0 ? -1 : static_cast<int>(capped));
    if (count < 0) DRAY_ASSERT(errno == EINTR);
    heard_count_ = static_cast<std::size_t>(std::max(count, 0));
}

void EpollPoller::collect() {
    for (const epoll_event& event : std::span(heard_).first(heard_count_)) {
        auto& source = *static_cast<EventSource*>(event.data.ptr);
        if (serves(&source)) {
            source.on_events(event.events);
        } else {
            is_ready(source, event.events);
        }
    }
    heard_count_ = 0;
}

bool EpollPoller::serves(const EventSource* source) const {
    return std::ranges::any_of(wards_, [&](const EpollPoller* ward) { return ward == source; });
}

void EpollPoller::on_events(std::uint32_t) {
    wait(0ms, {});
    collect();
}

void EpollPoller::serve(Poller& ward) {
    auto& other = dynamic_cast<EpollPoller&>(ward);
    const std::error_code error = add(other.number(), other, EPOLLIN);
    DRAY_ASSERT(!error);
    wards_.push_back(&other);
}

void EpollPoller::dismiss(Poller& ward) {
    auto& other = dynamic_cast<EpollPoller&>(ward);
    remove(other.number());
    std::erase(wards_, &other);
}

}  // namespace dray::reactor
