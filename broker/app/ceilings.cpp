#include "app/ceilings.h"

#include <malloc.h>

#include <algorithm>
#include <filesystem>

#include "reactor/log.h"

namespace dray::app {

namespace {

std::uint64_t allocated_bytes() {
    const auto memory = ::mallinfo2();
    return memory.uordblks + memory.hblkhd;
}

std::uint64_t bytes_in(const std::string& folder, const std::string& without) {
    std::uint64_t bytes = 0;
    std::error_code error;  // files come and go meanwhile
    for (std::filesystem::recursive_directory_iterator at(folder, error), end; at != end;
         at.increment(error)) {
        std::error_code gone;
        if (at->path() == without) at.disable_recursion_pending();
        const std::uint64_t size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
        if (!gone) bytes += size;
    }
    return bytes;
}

unsigned percent_of(std::uint64_t used, std::uint64_t most) {
    return static_cast<unsigned>(
        std::min<double>(100.0, 100.0 * static_cast<double>(used) / static_cast<double>(most)));
}

}  // namespace

Usage measure_usage(const Ceilings& ceilings, const std::string& data_dir) {
    Usage usage;
    // To add up the heap holds its locks, against all who allocate meanwhile.
    if (ceilings.memory_bytes_max > 0) usage.memory_bytes = allocated_bytes();
    usage.disk_free_bytes = UINT64_MAX;
    if (data_dir.empty()) return usage;
    if (ceilings.disk_bytes_max > 0) usage.disk_bytes = bytes_in(data_dir, backups_in(data_dir));
    std::error_code error;
    const auto space = std::filesystem::space(data_dir, error);
    if (!error) usage.disk_free_bytes = space.available;
    return usage;
}

unsigned used_percent(const Ceilings& ceilings, const Usage& usage) {
    unsigned percent = 0;
    if (ceilings.memory_bytes_max > 0) percent = percent_of(usage.memory_bytes, ceilings.memory_bytes_max);
    if (ceilings.disk_bytes_max > 0)
        percent = std::max(percent, percent_of(usage.disk_bytes, ceilings.disk_bytes_max));
    // Nine tenths of the way when twice the least is left.
    if (ceilings.disk_free_bytes_min > 0 && usage.disk_free_bytes < 2 * ceilings.disk_free_bytes_min) {
        const std::uint64_t above =
            usage.disk_free_bytes - std::min(usage.disk_free_bytes, ceilings.disk_free_bytes_min);
        percent = std::max(percent, 100 - percent_of(above, ceilings.disk_free_bytes_min) / 10);
    }
    return percent;
}

CeilingWatch::CeilingWatch(const Ceilings& ceilings, std::string data_dir, Tell tell)
    : ceilings_(ceilings),
      data_dir_(std::move(data_dir)),
      tell_(std::move(tell)),
      thread_([this] { run(); }) {}

CeilingWatch::~CeilingWatch() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stopping_changed_.notify_one();
    thread_.join();
}

void CeilingWatch::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        const Usage usage = measure_usage(ceilings_, data_dir_);
        unsigned percent = used_percent(ceilings_, usage);
        if (is_reached_ && percent >= kRoomAgainPercent) percent = 100;
        report(percent, usage);
        tell_(percent);
        lock.lock();
        stopping_changed_.wait_for(lock, kInterval, [this] { return stopping_; });
    }
}

void CeilingWatch::report(unsigned percent, const Usage& usage) {
    const bool is_reached = percent >= 100;
    if (is_reached == is_reached_) return;
    is_reached_ = is_reached;
    if (!is_reached) return reactor::log_info("there is room again: messages are taken");
    reactor::log_error("a ceiling is reached: QoS 1 and 2 messages are not taken until there is room",
                       {{"memory_bytes", usage.memory_bytes},
                        {"memory_bytes_max", ceilings_.memory_bytes_max},
                        {"disk_bytes", usage.disk_bytes},
                        {"disk_bytes_max", ceilings_.disk_bytes_max},
                        {"disk_free_bytes", usage.disk_free_bytes},
                        {"disk_free_bytes_min", ceilings_.disk_free_bytes_min}});
}

}  // namespace dray::app
