// Watches what the whole process holds, against the ceilings that the configuration sets, and tells the
// shards how much of them is used (shard/pressure.h). A thread of its own, that looks a few times a second.
//
//     memory      what is allocated, not what the system has given: it falls as soon as messages are gone
//     disk        the files in data_dir, and what the file system that they are on has left
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace dray::app {

struct Ceilings {
    std::uint64_t memory_bytes_max = 0;                       // 0 = no ceiling
    std::uint64_t disk_bytes_max = 0;                         // 0 = no ceiling
    std::uint64_t disk_free_bytes_min = 64ULL * 1024 * 1024;  // 0 = whatever is there
};

struct Usage {
    std::uint64_t memory_bytes = 0;
    std::uint64_t disk_bytes = 0;
    std::uint64_t disk_free_bytes = 0;
};

// Where operators have backups made, which are theirs: they count for no ceiling.
inline std::string backups_in(const std::string& data_dir) {
    return data_dir + "/backups";
}

// Of `data_dir`; empty: nothing is kept there. What takes long to find out (memory, files) is 0 where there
// is no ceiling for it.
Usage measure_usage(const Ceilings& ceilings, const std::string& data_dir);

// The fullest of the three, in percent; 100 = a ceiling is reached.
unsigned used_percent(const Ceilings& ceilings, const Usage& usage);

class CeilingWatch {
  public:
    using Tell = std::function<void(unsigned percent)>;  // on the watch's thread

    CeilingWatch(const Ceilings& ceilings, std::string data_dir, Tell tell);
    ~CeilingWatch();

  private:
    static constexpr std::chrono::milliseconds kInterval{200};
    // Once a ceiling was reached, new messages are taken again when there is this much room.
    static constexpr unsigned kRoomAgainPercent = 95;

    void run();
    void report(unsigned percent, const Usage& usage);

    Ceilings ceilings_;
    std::string data_dir_;
    Tell tell_;
    bool is_reached_ = false;
    std::mutex mutex_;
    std::condition_variable stopping_changed_;
    bool stopping_ = false;  // under the mutex
    std::thread thread_;
};

}  // namespace dray::app
