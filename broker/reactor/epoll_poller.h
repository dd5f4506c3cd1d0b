// A poller of one epoll set (poller.h). To gather is to sleep first. Those that it serves are watched as
// wholes: their sets are in its own.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <vector>

#include "reactor/file_descriptor.h"
#include "reactor/poller.h"

namespace dray::reactor {

class EpollPoller final : public Poller, private EventSource {
  public:
    EpollPoller();                                  // throws std::system_error
    int number() const { return epoll_.number(); }  // of the set, which can be watched as a whole

    [[nodiscard]] std::error_code add(int fd, EventSource& source, std::uint32_t events) override;
    void change(int fd, EventSource& source, std::uint32_t events) override;
    void remove(int fd) override;
    bool has_news() const override { return false; }
    void tell_news() override {}

    void wait(std::chrono::milliseconds timeout, const Gathering& gathering) override;
    void collect() override;

    void park() override {}
    void serve(Poller& ward) override;
    void dismiss(Poller& ward) override;

  private:
    // Of a ward, told by its keeper: something is in its set.
    void on_events(std::uint32_t) override;
    bool serves(const EventSource* source) const;

    FileDescriptor epoll_;
    std::array<epoll_event, 512> heard_;
    std::size_t heard_count_ = 0;
    std::vector<EpollPoller*> wards_;
};

}  // namespace dray::reactor
