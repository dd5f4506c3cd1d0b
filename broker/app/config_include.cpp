#include "app/config_include.h"

#include <glob.h>

#include <cerrno>
#include <filesystem>
#include <memory>

namespace dray::app {

namespace {

// A folder that is not there has no files; one that is closed to us may have some.
int is_in_the_way(const char*, int error) {
    return error != ENOENT ? 1 : 0;
}

}  // namespace

Result<std::vector<std::string>, net::Failure> included_files(const std::string& including_file,
                                                              const std::string& pattern) {
    const std::string whole = (std::filesystem::path(including_file).parent_path() / pattern).string();
    glob_t found{};
    const std::unique_ptr<glob_t, decltype(&::globfree)> owner(&found, ::globfree);
    const int failure = ::glob(whole.c_str(), GLOB_NOMAGIC, is_in_the_way, &found);
    if (failure == GLOB_NOMATCH) return std::vector<std::string>();
    if (failure != 0) return net::Failure{whole + ": a folder on the way cannot be read"};
    return std::vector<std::string>(found.gl_pathv, found.gl_pathv + found.gl_pathc);
}

}  // namespace dray::app
