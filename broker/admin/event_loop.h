// The loop of the admin thread: HTTP connections, the answers of the shards, deadlines. Asio, which this
// header keeps to itself; event_loop_parts.h has it for the files that do input and output.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace dray::admin {

class EventLoop {
  public:
    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    // Until stop(), which any thread may call. All functions given below are called by run().
    void run();
    void stop();

    // Whenever somebody rang that bell, an eventfd that is not ours.
    void on_ring(int bell, std::function<void()> heard);
    void after(std::chrono::milliseconds time, std::function<void()> due);

    struct Parts;
    Parts& parts() { return *parts_; }

  private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace dray::admin
