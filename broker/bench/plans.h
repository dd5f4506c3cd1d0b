// Who publishes what to whom, for each workload of run_traffic().
//
//     pairs     publisher i -> subscriber i                     fan-out   one publisher -> every subscriber
//     fan-in    many publishers -> few subscribers, each message to one of them
//     shared    many publishers -> the members of one shared group, each message to one of them
//     subs      a few publishers -> subscribers with very many filters, one of which fits
//     fleet     vehicle i -> one watcher of all; a dispatcher -> the vehicles of one area at a time
#pragma once

#include "bench/traffic.h"

namespace dray::bench {

struct Sides {
    int publishers = 0;
    int subscribers = 0;
    int window = 100;
    double rate_hz = 0;  // of all publishers together; 0: by window
};

struct FleetOptions {
    int vehicles = 5000;
    double report_hz = 1;    // of each vehicle, at the run's QoS
    double orders_hz = 100;  // of all, at QoS 1
    int vehicles_per_order = 25;
};

Plan pairs(const RunOptions& options, const Sides& sides);
Plan fan_in(const RunOptions& options, const Sides& sides);
Plan fan_out(const RunOptions& options, const Sides& sides);
Plan shared(const RunOptions& options, const Sides& sides);
Plan subs(const RunOptions& options, const Sides& sides, int filters);
Plan fleet(const RunOptions& options, const FleetOptions& fleet);

}  // namespace dray::bench
