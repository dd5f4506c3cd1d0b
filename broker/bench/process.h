// What the broker's process has used, read from outside; and what this one may use.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace dray::bench {

struct ProcessFigures {
    double cpu_s = 0;  // user and system time of all threads since the process began
    std::uint64_t rss_bytes = 0;
};

// All zero for pid 0, which stands for "not asked". Throws Failure when there is no such process.
ProcessFigures process_figures(pid_t pid);

// A connection is an open file, and the system limits those. Throws Failure when so many cannot be had.
void allow_connections(std::size_t count);

}  // namespace dray::bench
