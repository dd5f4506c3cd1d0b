// How fast clients come, what each costs in CPU time and memory, and how long the longest of a storm waits.
#pragma once

#include "bench/run_options.h"

namespace dray::bench {

struct ConnectOptions {
    int clients = 1000;
    bool subscribe = false;      // one subscription each
    bool at_once = false;        // a storm: nobody waits for anybody
    bool keep_sessions = false;  // as they would be after a restart of the broker
    double hold_s = 1;           // idle, before memory is read
};

Figures run_connect(const ConnectOptions& connect, RunOptions options);

}  // namespace dray::bench
