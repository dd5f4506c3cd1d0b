// A file whose first line is a secret: the admin API's token, which drayd and drayctl read from the same
// file, or a bridge's password.
#pragma once

#include <string>

namespace dray::admin {

// "" if `path` is. Throws std::runtime_error that names the file, also if its first line is empty.
std::string read_token_file(const std::string& path);

}  // namespace dray::admin
