#include "bench/process.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "bench/failure.h"

namespace dray::bench {

ProcessFigures process_figures(pid_t pid) {
    if (pid == 0) return {};
    clockid_t clock{};
    timespec used{};
    std::uint64_t pages = 0;
    std::uint64_t pages_resident = 0;
    std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0 ||
        !(statm >> pages >> pages_resident)) {
        throw Failure("--pid " + std::to_string(pid) + ": no such process");
    }
    return {.cpu_s = static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9,
            .rss_bytes = pages_resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

void allow_connections(std::size_t count) {
    constexpr rlim_t kOthers = 32;  // standard streams, epoll, libraries
    const rlim_t needed = count + kOthers;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed) return;
    limit.rlim_cur = needed;
    if (limit.rlim_max < needed || ::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw Failure(std::to_string(count) + " clients need " + std::to_string(needed) +
                      " open files, but this process may have " + std::to_string(limit.rlim_max) +
                      ": raise the hard limit (ulimit -Hn), or ask for fewer clients");
    }
}

}  // namespace dray::bench
