// A thread of its own for something that speaks with others over sockets, with the poller that it waits at.
//
//     OwnThread thread;   thread.start("drayd/bridge", [&] { while (!thread.is_stopping()) ...; });
//     ...   thread.ask_to_stop();   thread.wait(deadline)
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "base/instant.h"
#include "reactor/alarm.h"
#include "reactor/clock.h"
#include "reactor/epoll_poller.h"
#include "reactor/event_source.h"
#include "reactor/file_descriptor.h"

namespace dray::bridge {

class OwnThread {
  public:
    OwnThread();  // throws std::system_error
    ~OwnThread();
    OwnThread(const OwnThread&) = delete;
    OwnThread& operator=(const OwnThread&) = delete;

    void start(const char* name, std::function<void()> run);
    // --- any thread ---
    void ask_to_stop();
    void wake();
    bool is_stopping() const { return stopping_; }
    const std::atomic<bool>& stopping() const { return stopping_; }
    // An eventfd that wakes it, for whoever wants to write there himself.
    int bell() const { return wake_.number(); }
    // --- the thread that has started it ---
    // False: it is still busy.
    [[nodiscard]] bool wait(std::chrono::steady_clock::time_point deadline);

    // --- the thread itself ---
    Instant now() const { return now_; }  // as of the last wait
    Instant look_at_clock() { return now_ = clock_.now(); }
    void sleep_until(Instant deadline);
    // Until there is news, and it has been told to whom it concerns; at once if `must_not_wait`.
    void await_news(Instant deadline, bool must_not_wait);
    reactor::Poller& poller() { return poller_; }

  private:
    class Bell final : public reactor::EventSource {
        void on_events(std::uint32_t) override {}  // waking up was all
    };

    reactor::Clock clock_;
    Instant now_;
    reactor::EpollPoller poller_;
    reactor::Alarm alarm_;
    reactor::FileDescriptor wake_;
    Bell bell_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> has_ended_{false};
    std::thread thread_;
};

}  // namespace dray::bridge
