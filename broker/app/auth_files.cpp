#include "app/auth_files.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "admin/token_file.h"
#include "auth/access_file.h"
#include "auth/password_prompt.h"

namespace dray::app {

namespace {

std::string read_file(const std::string& key, const std::string& path) {
    std::ifstream file(path);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) throw std::runtime_error(key + ' ' + path + ": " + std::generic_category().message(errno));
    return text;
}

// Who sets up a bridge has said what it is for.
auth::AccessRole role_of(const bridge::BridgeOptions& options) {
    auth::AccessRole role;
    role.name = role.users.emplace_back(bridge::local_name(options));
    for (const bridge::TopicRule& rule : options.topics) {
        const std::string filter = rule.local_prefix + rule.filter;
        if (rule.direction != bridge::Direction::kIn) role.subscribe.push_back(filter);
        if (rule.direction != bridge::Direction::kOut) role.publish.push_back(filter);
    }
    return role;
}

}  // namespace

std::unique_ptr<auth::AccessRules> make_access_rules(const Config& config) {
    if (config.acl_file.empty() && config.access.empty()) return nullptr;
    std::vector<auth::AccessRole> roles = config.access;
    if (!config.acl_file.empty()) {
        auto more = auth::parse_access_file(read_file("auth.acl_file", config.acl_file), config.acl_file);
        if (!more) throw std::runtime_error("auth.acl_file " + more.error().what);
        std::ranges::move(*more, std::back_inserter(roles));
    }
    for (const bridge::BridgeOptions& options : config.bridges) roles.push_back(role_of(options));
    return std::make_unique<auth::AccessRules>(std::move(roles));
}

std::unique_ptr<auth::Authenticator> make_authenticator(const Config& config,
                                                        const auth::OperatorTokens* operators) {
    if (config.password_file.empty() && config.jwt_key_file.empty()) return nullptr;
    auth::Users users;
    if (const std::string& path = config.password_file; !path.empty()) {
        auto parsed = auth::parse_password_file(read_file("auth.password_file", path), path);
        if (!parsed) throw std::runtime_error("auth.password_file " + parsed.error().what);
        users = std::move(*parsed);
    }
    std::vector<auth::TokenOptions> signers;
    if (operators != nullptr) signers.push_back(operators->options());
    if (const std::string& path = config.jwt_key_file; !path.empty()) {
        auto keys = auth::TokenKeys::parse(read_file("auth.jwt_key_file", path));
        if (!keys) throw std::runtime_error("auth.jwt_key_file " + path + ": " + keys.error().what);
        signers.push_back({std::move(*keys), config.jwt_issuer, config.jwt_audience});
    }
    return std::make_unique<auth::Authenticator>(std::move(users), std::move(signers));
}

admin::Operators read_operators(const Config& config) {
    return {admin::read_token_file(config.admin_token_file),
            admin::read_operators(config.admin_operators_file)};
}

int hash_password(const std::string& user) {
    if (!auth::is_valid_user(user)) {
        std::cerr << "drayd: a user is not empty, does not begin with # and has no colon\n";
        return 1;
    }
    const auto password = auth::ask_for_password();
    if (!password) {
        std::cerr << "drayd: " << password.error().what << '\n';
        return 1;
    }
    std::cout << auth::scram_line(user, *password) << '\n';
    return 0;
}

}  // namespace dray::app
