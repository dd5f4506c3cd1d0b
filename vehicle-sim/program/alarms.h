// Who wants to be woken when.
#pragma once

#include <optional>
#include <queue>
#include <vector>

#include "base/instant.h"

namespace dray::program {

class Alarms {
  public:
    struct Alarm {
        Instant at;
        std::uint32_t vehicle;
        // Alarms of one moment ring in the order of the vehicles, so that a seed means the same trips.
        friend bool operator>(const Alarm& a, const Alarm& b) {
            return a.at != b.at ? a.at > b.at : a.vehicle > b.vehicle;
        }
    };

    void set(Instant at, std::uint32_t vehicle) { alarms_.push({at, vehicle}); }
    // The next alarm whose time has come, which is then no longer set.
    std::optional<Alarm> take_due(Instant now) {
        if (alarms_.empty() || alarms_.top().at > now) return std::nullopt;
        const Alarm alarm = alarms_.top();
        alarms_.pop();
        return alarm;
    }

  private:
    std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
};

}  // namespace dray::program
