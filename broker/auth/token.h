// JSON Web Tokens, RFC 7519, signed (RFC 7515, compact): what a client shows in place of a password.
//
//     <header>.<claims>.<signature>        each in base64url
//
// Of the claims `sub` (who it is) and `exp` (until when) must be there; `nbf` (from when), `iss` and `aud`
// are checked where they are there, or asked for. All that are texts, numbers, true or false, or lists of
// texts are for the access rules (access_role.h). Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "auth/token_keys.h"
#include "base/instant.h"
#include "base/result.h"
#include "shard/access_port.h"

namespace dray::auth {

struct TokenOptions {
    TokenKeys keys;
    std::string issuer;    // what `iss` has to be; empty: anything
    std::string audience;  // what `aud` has to be, or to have; empty: anything
    bool is_for_operators = false;
};

struct Token {
    std::string subject;
    shard::Claims claims;
    Instant expires_at;
};

// Whether a password has the form of a token.
bool looks_like_token(std::string_view text);
struct TokenRefusal {
    const char* why = "";  // a literal that gives no secret away
};
// The signature is looked at first.
Result<Token, TokenRefusal> check_token(std::string_view text, const TokenOptions& options, Instant now);

}  // namespace dray::auth
