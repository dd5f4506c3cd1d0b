// Who may connect: one line a user,
//
//     <user>:<hash>                                   in one of the forms of password_hash.h
//
// as `drayd --hash-password USER`, `drayctl passwd` and mosquitto_passwd write it. Empty lines and lines that
// begin with # mean nothing. The user ends at the first colon. This room reads text; whoever owns the file
// reads it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "auth/password_hash.h"
#include "base/result.h"

namespace dray::auth {

using Users = std::map<std::string, PasswordHash, std::less<>>;

struct PasswordFileError {
    std::string what;  // "FILE:LINE: what is wrong"; never shows a secret
};

// `name` is that of the file, for the error.
Result<Users, PasswordFileError> parse_password_file(std::string_view text, const std::string& name);

// A line for a new password, with a salt of its own: for SCRAM, or by argon2id, which is harder to guess from
// a file that was stolen.
std::string scram_line(const std::string& user, std::string_view password);
std::string argon2id_line(const std::string& user, std::string_view password);
// The text with that user's line taken out, all else as it was.
std::string without_user(std::string_view text, std::string_view user);
// Whether such a user can stand in the file: not empty, no colon, no line end, not beginning with #.
bool is_valid_user(std::string_view user);

}  // namespace dray::auth
