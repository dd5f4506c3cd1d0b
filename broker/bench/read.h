// How fast one subscriber is given what a filter brings: a stream from some offset, or what others publish
// meanwhile. Writes a line to standard error when the first message has come.
#pragma once

#include "bench/run_options.h"

namespace dray::bench {

struct ReadOptions {
    std::string filter;
    std::uint64_t again_after = 0;  // messages, after which it subscribes anew; 0: never
};

Figures run_read(const ReadOptions& read, const RunOptions& options);

}  // namespace dray::bench
