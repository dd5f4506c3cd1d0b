// A listening socket of one reactor. Accepts in batches; watched level-triggered, so what one batch leaves
// over comes again.
#pragma once

#include <cstdint>
#include <memory>

#include "base/instant.h"
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
    ~Listener() override;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void on_events(std::uint32_t events) override;
    void pause();
    void resume();
    // kNever, or when it goes on after clients came faster than they may.
    Instant resumes_at() const { return resumes_at_; }

  private:
    void wait_until(Instant next);

    // In a turn: enough that a storm of clients does not overflow the system's queue, which would have those
    // that are dropped there try again only after seconds.
    static constexpr int kBatch = 1024;

    SocketTransport& home_;
    reactor::FileDescriptor socket_;
    std::shared_ptr<const ListenerOptions> options_;
    Instant resumes_at_ = kNever;
};

}  // namespace dray::net
