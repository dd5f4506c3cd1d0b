#include "program/file_limit.h"

#include <fmt/core.h>
#include <sys/resource.h>

namespace dray::program {

std::string allow_connections(std::uint32_t count) {
    constexpr rlim_t kOthers = 64;  // standard streams, epoll, timers, the map, libraries
    const rlim_t needed = count + kOthers;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return "the limit of open files cannot be read";
    if (limit.rlim_cur >= needed) return "";
    if (limit.rlim_max < needed)
        return fmt::format(
            "{} vehicles need {} open files, but this process may have {} at most: raise the hard limit "
            "(ulimit -Hn, LimitNOFILE=, nofile in limits.conf) or run several processes, each with "
            "--vehicles {} or fewer and its own --first",
            count, needed, limit.rlim_max, limit.rlim_max > kOthers ? limit.rlim_max - kOthers : 0);
    limit.rlim_cur = needed;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return fmt::format("the limit of open files cannot be raised to {}", needed);
    return "";
}

}  // namespace dray::program
