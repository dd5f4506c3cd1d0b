// What it costs to retain many messages, to hand all of them to somebody who subscribes, and to clear them
// again.
#pragma once

#include "bench/run_options.h"

namespace dray::bench {

struct RetainedOptions {
    int topics = 100'000;
    int window = 1000;  // not acknowledged yet
};

Figures run_retained(const RetainedOptions& retained, const RunOptions& options);

}  // namespace dray::bench
