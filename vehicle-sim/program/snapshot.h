// The fleet at one moment, for those who watch.
#pragma once

#include <algorithm>
#include <string>

#include "base/instant.h"
#include "link/links.h"
#include "program/journal.h"
#include "program/process_figures.h"

namespace dray::program {

struct Snapshot {
    Instant now{};
    double elapsed_s = 0;      // by the clock
    double simulated_s = 0;    // since the start
    double time_of_day_s = 0;  // simulated
    double speed = 1;
    bool paused = false;
    bool dry_run = false;   // without connections; speed is then what was reached
    std::string trouble{};  // what keeps vehicles from being connected
    FleetFigures fleet{};
    link::LinkFigures links{};
    ProcessFigures process{};
    ProcessFigures before{};  // there were vehicles: when only the map was there

    double vehicle_seconds_per_s() const {
        return elapsed_s > 0 ? simulated_s * static_cast<double>(fleet.vehicles) / elapsed_s : 0;
    }
    double per_vehicle_bytes() const {
        if (fleet.vehicles == 0 || process.memory_bytes < before.memory_bytes) return 0;
        return static_cast<double>(process.memory_bytes - before.memory_bytes) /
               static_cast<double>(fleet.vehicles);
    }
};

// What has changed between two snapshots, a second.
struct Rates {
    double sent = 0;
    double received = 0;
    double cpu = 0;  // 1 is a whole processor

    static Rates between(const Snapshot& before, const Snapshot& after) {
        const double seconds = std::max(after.elapsed_s - before.elapsed_s, 0.001);
        const auto rate = [&](std::uint64_t from, std::uint64_t to) {
            return static_cast<double>(to - from) / seconds;
        };
        return {.sent = rate(before.links.messages_sent, after.links.messages_sent),
                .received = rate(before.links.messages_received, after.links.messages_received),
                .cpu = (after.process.cpu_seconds - before.process.cpu_seconds) / seconds};
    }
};

}  // namespace dray::program
