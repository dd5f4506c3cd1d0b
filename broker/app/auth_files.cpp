#include "app/auth_files.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "auth/access_file.h"

namespace dray::app {

namespace {

std::string read_file(const std::string& key, const std::string& path) {
    std::ifstream file(path);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) throw std::runtime_error(key + ' ' + path + ": " + std::generic_category().message(errno));
    return text;
}

// While it lives, what is typed is not shown.
class NoEcho {
  public:
    NoEcho() {
        is_terminal_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        if (!is_terminal_) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    ~NoEcho() {
        if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;
    bool is_terminal() const { return is_terminal_; }

  private:
    termios before_{};
    bool is_terminal_ = false;
};

std::string ask(const NoEcho& input, const char* question) {
    if (input.is_terminal()) std::cerr << question << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (input.is_terminal()) std::cerr << '\n';
    return answer;
}

// Nothing if it was typed differently the second time.
std::optional<std::string> ask_for_password() {
    const NoEcho input;
    std::string password = ask(input, "Password: ");
    if (input.is_terminal() && ask(input, "Again: ") != password) return std::nullopt;
    return password;
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
    return std::make_unique<auth::AccessRules>(std::move(roles));
}

std::unique_ptr<auth::Authenticator> make_authenticator(const Config& config) {
    if (config.password_file.empty() && config.jwt_key_file.empty()) return nullptr;
    auth::Users users;
    if (const std::string& path = config.password_file; !path.empty()) {
        auto parsed = auth::parse_password_file(read_file("auth.password_file", path), path);
        if (!parsed) throw std::runtime_error("auth.password_file " + parsed.error().what);
        users = std::move(*parsed);
    }
    std::optional<auth::TokenOptions> tokens;
    if (const std::string& path = config.jwt_key_file; !path.empty()) {
        auto keys = auth::TokenKeys::parse(read_file("auth.jwt_key_file", path));
        if (!keys) throw std::runtime_error("auth.jwt_key_file " + path + ": " + keys.error().what);
        tokens = auth::TokenOptions{std::move(*keys), config.jwt_issuer, config.jwt_audience};
    }
    return std::make_unique<auth::Authenticator>(std::move(users), std::move(tokens));
}

int hash_password(const std::string& user) {
    if (!auth::is_valid_user(user)) {
        std::cerr << "drayd: a user is not empty, does not begin with # and has no colon\n";
        return 1;
    }
    const std::optional<std::string> password = ask_for_password();
    if (!password) {
        std::cerr << "drayd: that was another password than before\n";
        return 1;
    }
    if (password->empty()) {
        std::cerr << "drayd: the password is empty\n";
        return 1;
    }
    std::cout << auth::password_line(user, *password) << '\n';
    return 0;
}

}  // namespace dray::app
