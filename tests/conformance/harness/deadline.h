// Every wait of a test ends: after DRAY_TEST_DEADLINE_MS (default 30000), which only a test that fails waits
// for. It is long, for a busy machine and programs under sanitizers.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace dray::conformance {

class Deadline {
  public:
    static Deadline in(std::chrono::milliseconds time) { return Deadline(Clock::now() + time); }
    static Deadline standard() { return in(standard_wait()); }

    bool passed() const { return Clock::now() >= end_; }
    int milliseconds_left() const {  // as poll() wants it
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now()).count();
        return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
    }

    static std::chrono::milliseconds standard_wait() {
        const char* text = std::getenv("DRAY_TEST_DEADLINE_MS");
        const long value = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
        return std::chrono::milliseconds(value > 0 ? value : 30'000);
    }

  private:
    using Clock = std::chrono::steady_clock;
    explicit Deadline(Clock::time_point end) : end_(end) {}
    Clock::time_point end_;
};

}  // namespace dray::conformance
