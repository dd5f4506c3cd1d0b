// The keys that tokens are signed by (RFC 7515), from a file that holds one of
//
//     a JWK set, or one JWK (RFC 7517)     keys of kind oct, RSA and EC P-256; others are left out
//     -----BEGIN PUBLIC KEY-----           PEM, RSA or EC P-256
//     anything else                        a secret for HS256, without the end of its line
//
// A key proves signatures of its own algorithm only, so nobody signs by a public key as if it were a secret.
// This room reads text; whoever owns the file reads it. Immutable; any thread.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "auth/public_key.h"
#include "base/result.h"

namespace dray::auth {

struct TokenKeysError {
    std::string what;  // never shows a secret
};

class TokenKeys {
  public:
    static constexpr std::size_t kSecretBytesMin = 32;  // RFC 7518 section 3.2

    static Result<TokenKeys, TokenKeysError> parse(std::string_view text);

    // By one of the keys for that algorithm ("HS256", "RS256", "ES256"); of that name, if both have one.
    bool prove(std::string_view algorithm, std::string_view key_id, std::string_view text,
               std::string_view signature) const;

  private:
    struct Key {
        std::string id;
        std::variant<std::string, PublicKey> key;  // a secret, or
        bool fits(std::string_view algorithm) const;
        bool proves(std::string_view text, std::string_view signature) const;
    };
    std::string take_jwks(std::string_view text);

    std::vector<Key> keys_;
};

}  // namespace dray::auth
