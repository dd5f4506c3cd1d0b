// One epoll set. Connections are watched edge-triggered for reading and writing from their first to their
// last moment: the set is told of each exactly twice, whatever becomes of back-pressure, slow readers and
// pauses, and the kernel need not look again at the end of each wake-up whether a socket is still ready (as
// level-triggering does). The price: who does not drain a socket must remember it (SocketTransport does).
//
// epoll itself and not Asio: with one message per wake-up a third of the cost of Asio's path is saved.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <system_error>

#include "reactor/event_source.h"
#include "reactor/file_descriptor.h"

namespace dray::reactor {

class Poller {
  public:
    Poller();  // throws std::system_error: it is made before the reactors start

    [[nodiscard]] std::error_code add(int fd, EventSource& source, std::uint32_t events);
    void change(int fd, EventSource& source, std::uint32_t events);
    void remove(int fd);
    // Of another thread that does not wait meanwhile: `source` hears that something waits there.
    [[nodiscard]] std::error_code watch(const Poller& other, EventSource& source) {
        return add(other.epoll_.number(), source, EPOLLIN);
    }
    void ignore(const Poller& other) { remove(other.epoll_.number()); }

    // Waits at most `timeout` (negative: for ever). What it returns is valid until the next wait.
    std::span<const epoll_event> wait(std::chrono::milliseconds timeout);

  private:
    FileDescriptor epoll_;
    std::array<epoll_event, 512> ready_;
};

}  // namespace dray::reactor
