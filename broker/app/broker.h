// The whole broker, wired: store, reactors with their shards, sockets. Main thread only.
//
//     Broker broker(config);            opens the listeners; throws std::runtime_error with a clear text
//     broker.start();
//     std::cout << broker.ready_line();
//     broker.stop(patience);
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "net/listener.h"
#include "net/socket_transport.h"
#include "reactor/reactor_group.h"
#include "store/memory_store.h"

namespace dray::app {

class Broker {
  public:
    explicit Broker(const Config& config);
    ~Broker();

    void start();
    // "ready mqtt=127.0.0.1:1883 ws=127.0.0.1:8083": the addresses as they came to be.
    const std::string& ready_line() const { return ready_line_; }
    // False if it did not end in time.
    [[nodiscard]] bool stop(std::chrono::milliseconds patience) { return reactors_.stop(patience); }

  private:
    void listen(const ListenerConfig& listener, const Config& config);

    store::MemoryStore store_;
    reactor::ReactorGroup reactors_;
    std::vector<std::unique_ptr<net::SocketTransport>> transports_;  // one per reactor
    std::string ready_line_ = "ready";
};

}  // namespace dray::app
