#include "reactor/clock.h"

namespace dray::reactor {

namespace {

template <typename Duration>
std::int64_t to_ms(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

Clock::Clock()
    : start_(std::chrono::steady_clock::now()),
      start_ms_(to_ms(std::chrono::system_clock::now().time_since_epoch())) {}

Instant Clock::now() const {
    return {start_ms_ + to_ms(std::chrono::steady_clock::now() - start_)};
}

}  // namespace dray::reactor
