// What this process costs.
#pragma once

#include <cstdint>

namespace dray::program {

struct ProcessFigures {
    double cpu_seconds = 0;          // of all threads, since the process began
    std::uint64_t memory_bytes = 0;  // resident
};

ProcessFigures process_figures();

}  // namespace dray::program
