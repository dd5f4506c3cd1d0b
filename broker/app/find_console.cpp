#include "app/find_console.h"

#include <filesystem>

namespace dray::app {

namespace fs = std::filesystem;

admin::ConsoleFiles find_console(const std::string& folder) {
    if (!folder.empty()) return admin::read_console_files(folder);
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path installed = program.parent_path().parent_path() / "share/dray/console";
    if (error || !fs::exists(installed / "index.html", error)) return {};
    return admin::read_console_files(installed.string());
}

}  // namespace dray::app
