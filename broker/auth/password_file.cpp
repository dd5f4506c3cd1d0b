#include "auth/password_file.h"

#include "auth/text_lines.h"

namespace dray::auth {

namespace {

constexpr std::size_t kSaltBytes = 16;

// Empty if the line was taken.
std::string take_line(std::string_view line, Users& users) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return "must be USER:HASH";
    const std::string_view user = line.substr(0, colon);
    auto hash = PasswordHash::parse(line.substr(colon + 1));
    if (!hash) {
        return "the part after the user must be SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey> "
               "with " +
               std::to_string(ScramVerifier::kIterationsLeast) +
               " iterations or more, $argon2id$..., or mosquitto's $7$... or $6$...; `drayctl passwd` "
               "writes one";
    }
    const bool is_new = users.emplace(user, std::move(*hash)).second;
    return is_new ? "" : "user '" + std::string(user) + "' is there already";
}

}  // namespace

Result<Users, PasswordFileError> parse_password_file(std::string_view text, const std::string& name) {
    Users users;
    std::string wrong =
        for_each_line(text, name, [&](std::string_view line) { return take_line(line, users); });
    if (!wrong.empty()) return PasswordFileError{std::move(wrong)};
    return users;
}

std::string scram_line(const std::string& user, std::string_view password) {
    const auto verifier =
        ScramVerifier::make(password, random_bytes(kSaltBytes), ScramVerifier::kIterationsLeast);
    return user + ':' + verifier.to_text();
}

std::string argon2id_line(const std::string& user, std::string_view password) {
    return user + ':' + Argon2id::make(password, random_bytes(kSaltBytes)).to_text();
}

std::string without_user(std::string_view text, std::string_view user) {
    std::string rest;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
        text.remove_prefix(line.size());
        const bool is_theirs = line.starts_with(user) && line.substr(user.size()).starts_with(':');
        if (!is_theirs) rest += line;
    }
    return rest;
}

bool is_valid_user(std::string_view user) {
    return !user.empty() && !user.starts_with('#') && user.find_first_of(":\r\n") == std::string_view::npos;
}

}  // namespace dray::auth
