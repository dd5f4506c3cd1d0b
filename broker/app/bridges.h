// The bridges of this broker to others (bridge/), each with a private socket by which it is let in. Main
// thread only.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/config.h"
#include "bridge/bridge.h"
#include "net/socket_transport.h"

namespace dray::app {

// What the bridge shows to the other broker. Throws std::runtime_error.
std::string password_of(const bridge::BridgeOptions& options);

class Bridges {
  public:
    // Before the reactors run. Throws std::runtime_error.
    void add(const Config& config, std::span<const std::unique_ptr<net::SocketTransport>> transports);
    std::vector<const bridge::Figures*> figures() const;

    void start();
    // What is to cross waits from here on.
    void ask_to_stop();
    // Before the reactors stop. False if one did not end in time.
    [[nodiscard]] bool stop(std::chrono::steady_clock::time_point deadline);

  private:
    std::vector<std::unique_ptr<bridge::Bridge>> bridges_;
};

}  // namespace dray::app
