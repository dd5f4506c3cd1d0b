// A listening socket of one reactor. Accepts in batches; watched level-triggered, so what one batch leaves
// over comes again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "net/ws_stream.h"
#include "reactor/event_source.h"
#include "reactor/file_descriptor.h"
#include "reactor/poller.h"

namespace dray::net {

class SocketTransport;

enum class ListenerKind : std::uint8_t { kMqtt, kWebSocket };

struct ListenerOptions {
    ListenerKind kind = ListenerKind::kMqtt;
    std::string address;  // for the log
    bool allow_anonymous = false;
    WsStream::Limits websocket;
};

class Listener final : public reactor::EventSource {
  public:
    // `options` are shared by the listeners of all reactors, and outlive them. Throws std::system_error.
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
