// Deadlines of one shard, soonest first. A deadline that has become void is not taken out: when it comes, the
// handler looks whether it still holds, and sets it anew if it moved. So a packet that arrives costs no timer
// work.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "base/instant.h"

namespace dray::shard {

struct Timer {
    enum class Kind : std::uint8_t {
        kConnect,
        kKeepAlive,
        kSessionEnd,
        kWill,
        kSysTopics,
        kTicket,
        kStreamRetention,
        kQueue,
        kDelayed,
        kCredentials,
        kPace,
    };
    Instant at;
    Kind kind{};
    std::uint32_t link_index = 0;  // of the link timers: kConnect, kKeepAlive, kCredentials, kPace
    // The link's generation, the number of a session, stream, queue or delayed message, or the ticket.
    std::uint64_t subject = 0;

    friend bool operator>(const Timer& a, const Timer& b) { return a.at > b.at; }
};

class Timers {
  public:
    void set(Timer timer) { heap_.push(timer); }
    Instant next() const { return heap_.empty() ? kNever : heap_.top().at; }
    // Takes the soonest off; only if next() has come.
    Timer pop() {
        const Timer timer = heap_.top();
        heap_.pop();
        return timer;
    }

  private:
    std::priority_queue<Timer, std::vector<Timer>, std::greater<>> heap_;
};

}  // namespace dray::shard
