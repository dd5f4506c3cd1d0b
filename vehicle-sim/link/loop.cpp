#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>

#include "link/loop_parts.h"

namespace dray::link {

namespace asio = boost::asio;

Loop::Loop() : parts_(std::make_unique<Parts>()) {}
Loop::~Loop() = default;

Instant Loop::now() const {
    const auto at = parts_->wall_start + (std::chrono::steady_clock::now() - parts_->steady_start);
    return {std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count()};
}

void Loop::call_at(Instant at, std::function<void()> work) {
    auto timer = std::make_unique<asio::steady_timer>(parts_->io);
    timer->expires_after(std::max(at - now(), std::chrono::milliseconds{0}));
    auto& waiting = *timer;
    waiting.async_wait(
        [kept = std::move(timer), work = std::move(work)](const boost::system::error_code& error) {
            if (!error) work();
        });
}

void Loop::on_stop_signal(std::function<void(int)> work) {
    auto& signals = parts_->signals;
    signals.add(SIGINT);
    signals.add(SIGTERM);
    struct Again {
        asio::signal_set& signals;
        std::function<void(int)> work;
        int calls = 0;
        void operator()(const boost::system::error_code& error, int) {
            if (error) return;
            work(++calls);
            signals.async_wait(*this);
        }
    };
    signals.async_wait(Again{signals, std::move(work)});
}

void Loop::on_pause_signal(std::function<void()> work) {
    auto& signals = parts_->pause_signals;
    signals.add(SIGUSR1);
    struct Again {
        asio::signal_set& signals;
        std::function<void()> work;
        void operator()(const boost::system::error_code& error, int) {
            if (error) return;
            work();
            signals.async_wait(*this);
        }
    };
    signals.async_wait(Again{signals, std::move(work)});
}

void Loop::on_key(std::function<void(char)> work) {
    // A copy of the descriptor, so that closing it leaves standard input open.
    const int copy = dup(STDIN_FILENO);
    if (copy < 0) return;
    parts_->keys.assign(copy);
    struct Again {
        Parts& parts;
        std::function<void(char)> work;
        void operator()(const boost::system::error_code& error, std::size_t) {
            if (error) return;
            work(parts.key);
            parts.keys.async_read_some(asio::buffer(&parts.key, 1), *this);
        }
    };
    parts_->keys.async_read_some(asio::buffer(&parts_->key, 1), Again{*parts_, std::move(work)});
}

void Loop::run() {
    parts_->io.run();
}
void Loop::stop() {
    parts_->io.stop();
}

}  // namespace dray::link
