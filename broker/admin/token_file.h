// The file that holds the admin API's token: its first line. drayd and drayctl read the same.
#pragma once

#include <string>

namespace dray::admin {

// "" if `path` is. Throws std::runtime_error that names the file, also if its first line is empty.
std::string read_token_file(const std::string& path);

}  // namespace dray::admin
