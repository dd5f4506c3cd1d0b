// A library to preload: writes down how long each file was when it was last synced. Whoever then kills the
// process and cuts the files back to these sizes has what a disk has after a loss of power, at its worst.
//
//     DRAY_SYNCED_SIZES=<file> LD_PRELOAD=power_loss.so drayd …      a line for each sync: "<size> <path>"
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

namespace {

std::mutex mutex;

std::map<std::string, long long>& sizes() {
    static auto* const kSizes = new std::map<std::string, long long>();  // outlives every thread
    return *kSizes;
}

void write_down(const std::string& path, long long size) {
    sizes()[path] = size;
    static const char* const kFile = std::getenv("DRAY_SYNCED_SIZES");
    static const int kRecord =
        kFile != nullptr ? ::open(kFile, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644) : -1;
    const std::string line = std::to_string(size) + ' ' + path + '\n';
    [[maybe_unused]] const auto written = ::write(kRecord, line.data(), line.size());
}

template <typename Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// What is synced is what had been written before the call.
int sync_and_write_down(int fd, const char* name) {
    struct stat state {};
    char path[4096];
    const ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
    const bool is_file = ::fstat(fd, &state) == 0 && S_ISREG(state.st_mode) && length > 0;
    const int result = real<int(int)>(name)(fd);
    if (result == 0 && is_file) {
        const std::lock_guard lock(mutex);
        write_down(std::string(path, static_cast<std::size_t>(length)), state.st_size);
    }
    return result;
}

}  // namespace

extern "C" int fsync(int fd) {
    return sync_and_write_down(fd, "fsync");
}

extern "C" int fdatasync(int fd) {
    return sync_and_write_down(fd, "fdatasync");
}

extern "C" int rename(const char* from, const char* to) noexcept {
    const int result = real<int(const char*, const char*)>("rename")(from, to);
    const std::lock_guard lock(mutex);
    const auto known = sizes().find(from);
    if (result == 0 && known != sizes().end()) write_down(to, known->second);
    return result;
}
