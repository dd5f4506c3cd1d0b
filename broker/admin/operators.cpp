#include "admin/operators.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "auth/crypto.h"

namespace dray::admin {

namespace {

Operator parse(const std::string& line, const std::string& where) {
    std::istringstream words(line);
    Operator parsed;
    std::string role;
    std::string more;
    if (!(words >> parsed.name >> role >> parsed.token) || words >> more)
        throw std::runtime_error(where + ": write a name, a role and a token");
    if (role != "read" && role != "operate")
        throw std::runtime_error(where + ": the role is 'read' or 'operate', not '" + role + "'");
    if (parsed.token.size() < kTokenBytesMin)
        throw std::runtime_error(where + ": the token is shorter than " + std::to_string(kTokenBytesMin) +
                                 " bytes");
    parsed.role = role == "read" ? Role::kRead : Role::kOperate;
    return parsed;
}

}  // namespace

std::string_view name(Role role) {
    return role == Role::kRead ? "read" : "operate";
}

std::vector<Operator> read_operators(const std::string& path) {
    std::vector<Operator> all;
    if (path.empty()) return all;
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("cannot read " + path + ": " + std::generic_category().message(errno));
    std::size_t number = 0;
    for (std::string line; std::getline(file, line);) {
        const std::string where = path + ':' + std::to_string(++number);
        const std::size_t begin = line.find_first_not_of(" \t\r");
        if (begin == std::string::npos || line[begin] == '#') continue;
        Operator next = parse(line, where);
        if (std::ranges::find(all, next.name, &Operator::name) != all.end())
            throw std::runtime_error(where + ": '" + next.name + "' stands there twice");
        if (std::ranges::find(all, next.token, &Operator::token) != all.end())
            throw std::runtime_error(where + ": '" + next.name + "' has the token of another");
        all.push_back(std::move(next));
    }
    if (all.empty()) throw std::runtime_error(path + " names nobody");
    return all;
}

Operators::Operators(const std::string& token, std::vector<Operator> named) : all_(std::move(named)) {
    if (!token.empty()) all_.push_back({"admin", Role::kOperate, token});
}

const Operator* Operators::find(std::string_view token) const {
    // The digests have one length, so that the time it takes does not tell the token's.
    const auto given = auth::sha256(token);
    const Operator* found = nullptr;
    for (const Operator& each : all_) {
        if (auth::are_equal(auth::as_text(given), auth::as_text(auth::sha256(each.token)))) found = &each;
    }
    return found;
}

}  // namespace dray::admin
