// The run behind most commands: clients join, some of them publish for a while, each message reaches as many
// takers as the plan says, and what came is counted.
//
//     joining -> warming up -> measuring -> draining (until all has come, or nothing comes any more)
//
// A flow with a rate sends each message when it is due, whatever becomes of those before, and its latency
// counts from then (so there is no coordinated omission). A flow without one keeps `window` messages per
// publisher under way, which gives the rate that the broker can do without anything piling up. A delivery's
// latency ends when it is read.
//
// The first twelve bytes of each payload are the time from which latency counts, and the publisher.
#pragma once

#include <string>
#include <vector>

#include "bench/run_options.h"

namespace dray::bench {

struct Publisher {
    std::size_t client = 0;           // in Plan::clients
    std::vector<std::string> topics;  // in turn
};

struct Flow {
    std::vector<Publisher> publishers;
    int qos = 0;
    std::size_t takers = 1;  // deliveries of each message
    double rate_hz = 0;      // of all its publishers together; 0: by window
    int window = 100;        // messages of one publisher that have not reached all takers
};

struct Plan {
    std::string name;
    std::vector<Client> clients;
    std::vector<Flow> flows;
};

// Throws Failure. What was lost at QoS above 0 is in the figures under "lost".
Figures run_traffic(const Plan& plan, const RunOptions& options);

}  // namespace dray::bench
