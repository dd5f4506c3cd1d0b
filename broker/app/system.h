// What drayd asks of the process it runs in. Main thread only, before any other starts, unless said
// otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace dray::app {

// A process started without stdin, stdout or stderr would get its first socket in their place.
void open_missing_standard_files();

void ignore_broken_pipes();

struct OpenFilesLimit {
    std::uint64_t now = 0;
    std::uint64_t before = 0;
};
// Up to the hard limit.
OpenFilesLimit raise_open_files_limit();

// Threads that wake up (a sync is done, a client has answered) need not wait for others to use up their time:
// on a machine that is busy with more than drayd, a commit took twice as long without it. Linux 6.12 and
// later; nothing on others. For this thread and all that it starts.
void ask_for_short_time_slices();

// Signals that mean something to the program: blocked here and in all threads to come, so that only wait()
// sees them. SIGTERM and SIGINT end it, SIGHUP has it read its certificates again.
class Signals {
  public:
    Signals();
    static constexpr const char* kReload = "SIGHUP";
    // "SIGTERM", "SIGINT" or kReload; nothing if none came within `patience`, which may be without end.
    std::optional<std::string> wait(std::optional<std::chrono::milliseconds> patience);
    // From now on a signal that ends the program ends it at once.
    void next_one_exits();
};

// Creates `folder` with its parents if need be. Returns what is wrong, or nothing.
std::string prepare_data_dir(const std::string& folder);

}  // namespace dray::app
