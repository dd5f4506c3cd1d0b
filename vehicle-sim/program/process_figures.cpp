#include "program/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace dray::program {

ProcessFigures process_figures() {
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::uint64_t pages_in_all = 0, pages_resident = 0;
    std::ifstream("/proc/self/statm") >> pages_in_all >> pages_resident;
    return {.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
            .memory_bytes = pages_resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))};
}

}  // namespace dray::program
