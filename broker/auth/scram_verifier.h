// What is kept of a password: enough to check it, not enough to be the client. RFC 5802 section 3, RFC 7677,
// in the text form of PostgreSQL:
//
//     SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>        the last three in base64
//
//     SaltedPassword = PBKDF2(password, salt, iterations)
//     ClientKey = HMAC(SaltedPassword, "Client Key")      StoredKey = SHA-256(ClientKey)
//     ServerKey = HMAC(SaltedPassword, "Server Key")
//
// Passwords are taken byte by byte; SASLprep (RFC 4013), which only touches what is not ASCII, is not
// applied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/crypto.h"

namespace dray::auth {

struct ScramVerifier {
    static constexpr std::uint32_t kIterationsLeast = 4096;  // RFC 7677 section 4
    static constexpr std::uint32_t kIterationsMost = 10'000'000;

    std::uint32_t iterations = kIterationsLeast;
    std::string salt;
    Digest stored_key{};
    Digest server_key{};

    static ScramVerifier make(std::string_view password, std::string salt, std::uint32_t iterations);
    static std::optional<ScramVerifier> parse(std::string_view text);
    std::string to_text() const;

    // Costs one PBKDF2: see authenticator.h.
    bool accepts(std::string_view password) const;
};

}  // namespace dray::auth
