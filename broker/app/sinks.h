// The sinks of this broker (sink/), each with a private socket by which it is let in. Main thread only.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/config.h"
#include "net/socket_transport.h"
#include "sink/sink.h"

namespace dray::app {

// What the sink shows to the other side. Throws std::runtime_error.
std::string password_of(const sink::SinkOptions& options);

class Sinks {
  public:
    // Before the reactors run. Throws std::runtime_error.
    void add(const Config& config, std::span<const std::unique_ptr<net::SocketTransport>> transports);
    std::vector<const sink::Figures*> figures() const;

    void start();
    // What is to go there waits from here on.
    void ask_to_stop();
    // Before the reactors stop. False if one did not end in time.
    [[nodiscard]] bool stop(std::chrono::steady_clock::time_point deadline);

  private:
    std::vector<std::unique_ptr<sink::Sink>> sinks_;
};

}  // namespace dray::app
