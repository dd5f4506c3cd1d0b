#include "admin/token_file.h"

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace dray::admin {

std::string read_token_file(const std::string& path) {
    if (path.empty()) return {};
    std::ifstream file(path);
    if (!file) {
        throw std::runtime_error("cannot read " + path + ": " + std::generic_category().message(errno));
    }
    std::string token;
    std::getline(file, token);
    if (token.ends_with('\r')) token.pop_back();
    if (token.empty()) throw std::runtime_error(path + " begins with an empty line");
    return token;
}

}  // namespace dray::admin
