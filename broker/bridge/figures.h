// What a bridge has done, for /metrics and status: written by its thread, read by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "bridge/side.h"

namespace dray::bridge {

using Counter = std::atomic<std::uint64_t>;

// Of the messages that came from one side.
struct DirectionFigures {
    Counter messages{0};  // given to the other side, each time that they were
    Counter repeated{0};  // ... of those, again, for an acknowledgement was lost (DUP)
    Counter looped{0};    // not given: they had been there
    Counter dropped{0};   // not given: no rule fits any more, or too long for the other side
    Counter refused{0};   // the other side did not want them
};

// A few words that are exchanged for others now and then.
class Words {
  public:
    void set(std::string words) {
        const std::lock_guard lock(mutex_);
        words_ = std::move(words);
    }
    std::string get() const {
        const std::lock_guard lock(mutex_);
        return words_;
    }

  private:
    mutable std::mutex mutex_;
    std::string words_;
};

struct Figures {
    std::string name;
    std::string address;  // of the other broker
    std::atomic<bool> is_up{false};
    Words why_down;       // the last time that it was not
    Counter connects{0};  // how often it has come up
    Counter failures{0};  // attempts that failed, and connections that were lost
    DirectionFigures out;
    DirectionFigures in;

    DirectionFigures& from(Side side) { return side == Side::kLocal ? out : in; }
};

}  // namespace dray::bridge
