// Who may connect: one line a user,
//
//     <user>:SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>
//
// as `drayd --hash-password USER` prints it. Empty lines and lines that begin with # mean nothing. The user
// ends at the first colon. This room reads text; whoever owns the file reads it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "auth/scram_verifier.h"
#include "base/result.h"

namespace dray::auth {

using Users = std::map<std::string, ScramVerifier, std::less<>>;

struct PasswordFileError {
    std::string what;  // "FILE:LINE: what is wrong"; never shows a secret
};

// `name` is that of the file, for the error.
Result<Users, PasswordFileError> parse_password_file(std::string_view text, const std::string& name);

// A line for a new password, with a salt of its own.
std::string password_line(const std::string& user, std::string_view password);
// Whether such a user can stand in the file: not empty, no colon, no line end, not beginning with #.
bool is_valid_user(std::string_view user);

}  // namespace dray::auth
