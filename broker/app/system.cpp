#include "app/system.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <initializer_list>
#include <system_error>

namespace dray::app {

namespace {

sigset_t set_of(std::initializer_list<int> signals) {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : signals) ::sigaddset(&set, signal);
    return set;
}

[[noreturn]] void exit_at_once(int signal) {
    ::_exit(128 + signal);
}

}  // namespace

void open_missing_standard_files() {
    for (int fd = 0; fd <= 2; ++fd) {
        if (::fcntl(fd, F_GETFD) >= 0) continue;
        // The lowest free number is taken, which is this one.
        [[maybe_unused]] const int opened = ::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
    }
}

void ignore_broken_pipes() {
    std::signal(SIGPIPE, SIG_IGN);
}

OpenFilesLimit raise_open_files_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    OpenFilesLimit result{limit.rlim_cur, limit.rlim_cur};
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) result.now = limit.rlim_cur;
    return result;
}

void ask_for_short_time_slices() {
    // As the kernel has it; glibc does not know it yet.
    struct Scheduling {
        std::uint32_t size = 48;
        std::uint32_t policy = SCHED_OTHER;
        std::uint64_t flags = 0;
        std::int32_t nice = 0;
        std::uint32_t priority = 0;
        std::uint64_t runtime_ns = 0;  // of SCHED_OTHER: the slice
        std::uint64_t deadline_ns = 0;
        std::uint64_t period_ns = 0;
    };
    static_assert(sizeof(Scheduling) == 48);
    Scheduling scheduling;
    if (::syscall(SYS_sched_getattr, 0, &scheduling, sizeof scheduling, 0) != 0) return;
    if (scheduling.policy != SCHED_OTHER) return;  // somebody has chosen
    scheduling.runtime_ns = 300'000;
    ::syscall(SYS_sched_setattr, 0, &scheduling, 0);
}

Signals::Signals() {
    const sigset_t set = set_of({SIGTERM, SIGINT, SIGHUP});
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

std::optional<std::string> Signals::wait(std::optional<std::chrono::milliseconds> patience) {
    const sigset_t set = set_of({SIGTERM, SIGINT, SIGHUP});
    timespec time{};
    if (patience) {
        time.tv_sec = patience->count() / 1000;
        time.tv_nsec = patience->count() % 1000 * 1'000'000;
    }
    int signal = -1;
    while (signal < 0) {
        signal = ::sigtimedwait(&set, nullptr, patience ? &time : nullptr);
        if (signal < 0 && errno == EAGAIN) return std::nullopt;
    }
    if (signal == SIGHUP) return kReload;
    return signal == SIGTERM ? "SIGTERM" : "SIGINT";
}

void Signals::next_one_exits() {
    std::signal(SIGTERM, exit_at_once);
    std::signal(SIGINT, exit_at_once);
    const sigset_t set = set_of({SIGTERM, SIGINT});
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

std::string prepare_data_dir(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return "cannot create data_dir " + folder + ": " + error.message();
    if (!std::filesystem::is_directory(folder)) return "data_dir " + folder + " is not a folder";
    if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
        return "data_dir " + folder + " cannot be written: " + std::generic_category().message(errno);
    }
    return {};
}

}  // namespace dray::app
