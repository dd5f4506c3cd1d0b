#include "bridge/own_thread.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace dray::bridge {

using namespace std::chrono_literals;

namespace {

constexpr auto kPollStopped = 5ms;

}  // namespace

OwnThread::OwnThread()
    : now_(clock_.now()), alarm_(poller_), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_.is_open()) throw std::system_error(errno, std::system_category(), "eventfd");
    if (const auto error = poller_.add(wake_.number(), bell_, EPOLLIN | EPOLLET))
        throw std::system_error(error, "epoll_ctl");
}

OwnThread::~OwnThread() {
    ask_to_stop();
    if (thread_.joinable()) thread_.join();
}

void OwnThread::start(const char* name, std::function<void()> run) {
    thread_ = std::thread([this, run = std::move(run)] {
        run();
        has_ended_ = true;
    });
    ::pthread_setname_np(thread_.native_handle(), name);
}

void OwnThread::ask_to_stop() {
    stopping_ = true;
    wake();
}

void OwnThread::wake() {
    ::eventfd_write(wake_.number(), 1);
}

bool OwnThread::wait(std::chrono::steady_clock::time_point deadline) {
    while (thread_.joinable() && !has_ended_) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(kPollStopped);
    }
    if (thread_.joinable()) thread_.join();
    return true;
}

void OwnThread::sleep_until(Instant deadline) {
    while (!stopping_ && look_at_clock() < deadline) {
        alarm_.set(deadline, now_);
        poller_.await(-1ms);
    }
}

void OwnThread::await_news(Instant deadline, bool must_not_wait) {
    must_not_wait = must_not_wait || deadline <= now_;
    if (!must_not_wait) alarm_.set(deadline, now_);
    for (const auto& [source, events] : poller_.await(must_not_wait ? 0ms : -1ms)) source->on_events(events);
    now_ = clock_.now();
}

}  // namespace dray::bridge
