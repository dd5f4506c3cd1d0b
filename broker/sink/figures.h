// What a sink has done, for /metrics and drayctl: written by its thread, read by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

namespace dray::sink {

using Counter = std::atomic<std::uint64_t>;

struct Figures {
    std::string name;
    std::string kind;         // "kafka" or "amqp"
    std::string destination;  // without secrets
    std::string stream;
    std::string client_id;  // of its session here

    std::atomic<bool> is_up{false};
    std::atomic<bool> is_stopped{false};  // a message was refused, and nothing goes on without it
    Counter connects{0};                  // how often it has come up
    Counter failures{0};                  // attempts that failed, and connections that were lost
    Counter messages{0};                  // that the other side has confirmed
    Counter repeated{0};                  // given once more, for want of a confirmation
    Counter refused{0};                   // that the other side did not want, each time that it said so
    Counter dead_lettered{0};             // ... of those, in the queue of dead letters
    Counter unacknowledged{0};            // that are here and not yet confirmed
    Counter position{0};                  // offset of the first that is not confirmed; 0 = not known

    // Why it is down, or stands still; empty: it does not.
    std::string why() const {
        const std::lock_guard lock(mutex_);
        return why_;
    }
    void set_why(std::string why) {
        const std::lock_guard lock(mutex_);
        why_ = std::move(why);
    }

  private:
    mutable std::mutex mutex_;
    std::string why_;
};

}  // namespace dray::sink
