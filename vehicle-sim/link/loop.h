// The one thread's event loop: time, timers and signals. Hides Asio, whose headers are dear to compile.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/instant.h"

namespace dray::link {

class Loop {
  public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Unix time that never runs backwards: the wall clock at the start plus a steady clock.
    Instant now() const;
    // Calls `work` at `at` or as soon after as can be, once.
    void call_at(Instant at, std::function<void()> work);
    // Calls `work` at each SIGINT and SIGTERM, with the number of the call.
    void on_stop_signal(std::function<void(int)> work);
    // Calls `work` at each SIGUSR1.
    void on_pause_signal(std::function<void()> work);
    // Calls `work` with each byte from standard input.
    void on_key(std::function<void(char)> work);
    void run();
    void stop();

    struct Parts;
    Parts& parts() { return *parts_; }

  private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace dray::link
