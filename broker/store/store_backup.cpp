#include "store/store_backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "store/offline_store.h"
#include "store/store_check.h"

namespace dray::store {

namespace {

namespace fs = std::filesystem;

// A file, or a folder's entries.
void sync(const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool done = file >= 0 && ::fsync(file) == 0;
    const int why = errno;
    if (file >= 0) ::close(file);
    if (!done) throw std::runtime_error(path.string() + ": " + std::generic_category().message(why));
}

void copy_synced(const fs::path& from, const fs::path& to) {
    fs::create_directories(to);
    for (const auto& entry : fs::directory_iterator(from)) {
        if (!entry.is_regular_file() || entry.path().filename() == "LOCK") continue;
        const fs::path copy = to / entry.path().filename();
        fs::copy_file(entry.path(), copy);
        sync(copy);
    }
    sync(to);
}

}  // namespace

void restore_store(const std::string& backup, const std::string& data_dir) {
    const StoreReport report = check_store(backup);
    if (!report.faults.empty()) {
        throw std::runtime_error("the store in " + report.folder + " has " +
                                 std::to_string(report.faults.size()) + " faults; `drayctl store check " +
                                 backup + "` names them");
    }
    const fs::path store = fs::path(data_dir) / "store";
    if (fs::exists(store)) {
        throw std::runtime_error("there is a store in " + data_dir +
                                 " already: move it away first, then nothing of it is lost");
    }
    const fs::path fresh = fs::path(data_dir) / "store.restoring";
    try {
        fs::remove_all(fresh);  // of one that did not come to its end
        copy_synced(report.folder, fresh);
        fs::rename(fresh, store);
        sync(data_dir);
    } catch (const fs::filesystem_error& error) {
        throw std::runtime_error(error.what());
    }
}

}  // namespace dray::store
