#include "admin/event_loop.h"

#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "admin/event_loop_parts.h"

namespace dray::admin {

namespace asio = boost::asio;

namespace {

// Reads the bell empty before it listens again: so no ring is missed, whatever the kind of readiness.
class Listening : public std::enable_shared_from_this<Listening> {
  public:
    Listening(asio::io_context& io, int bell, std::function<void()> heard)
        : bell_(io, ::dup(bell)), heard_(std::move(heard)) {}

    void listen() {
        bell_.async_wait(asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this()](const boost::system::error_code& error) {
                             if (error) return;
                             self->silence();
                             self->heard_();
                             self->listen();
                         });
    }

  private:
    void silence() {
        std::uint64_t rings = 0;
        [[maybe_unused]] const auto bytes = ::read(bell_.native_handle(), &rings, sizeof rings);
    }

    asio::posix::stream_descriptor bell_;
    std::function<void()> heard_;
};

}  // namespace

EventLoop::EventLoop() : parts_(std::make_unique<Parts>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
    const auto work = asio::make_work_guard(parts_->io);
    parts_->io.run();
}

void EventLoop::stop() {
    parts_->io.stop();
}

void EventLoop::on_ring(int bell, std::function<void()> heard) {
    std::make_shared<Listening>(parts_->io, bell, std::move(heard))->listen();
}

void EventLoop::after(std::chrono::milliseconds time, std::function<void()> due) {
    auto timer = std::make_shared<asio::steady_timer>(parts_->io, time);
    timer->async_wait([timer, due = std::move(due)](const boost::system::error_code& error) {
        if (!error) due();
    });
}

}  // namespace dray::admin
