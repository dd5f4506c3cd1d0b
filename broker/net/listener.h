// A listening socket of one reactor. Accepts in batches; watched level-triggered, so what one batch leaves
// over comes again.
#pragma once

#include <cstdint>
#include <memory>

#include "net/listener_options.h"
#include "reactor/event_source.h"
#include "reactor/file_descriptor.h"
#include "reactor/poller.h"

namespace dray::net {

class SocketTransport;

class Listener final : public reactor::EventSource {
  public:
    // Throws std::system_error.
    Listener(SocketTransport& home, reactor::FileDescriptor socket,
             std::shared_ptr<const ListenerOptions> options);

    void on_events(std::uint32_t events) override;
    void pause();
    void resume();

  private:
    static constexpr int kBatch = 64;

    SocketTransport& home_;
    reactor::FileDescriptor socket_;
    std::shared_ptr<const ListenerOptions> options_;
};

}  // namespace dray::net
