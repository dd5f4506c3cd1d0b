// What a password file keeps of a password, in one of these forms:
//
//     SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>     scram_verifier.h; serves SCRAM, too
//     $argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<hash>     RFC 9106, as its reference prints it
//     $7$<iterations>$<salt>$<hash>                                 mosquitto_passwd: PBKDF2, SHA-512
//     $6$<salt>$<hash>                                              older ones: SHA-512 of password and salt
//
// Salts and hashes are in base64. Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "auth/scram_verifier.h"

namespace dray::auth {

struct Argon2id {
    static constexpr std::uint32_t kMemoryKib = 19'456;  // of new ones: what OWASP asks for, with two passes
    static constexpr std::uint32_t kPasses = 2;
    static constexpr std::uint32_t kMemoryKibMax = 1u << 18;  // a file must not make the broker swap, ...
    static constexpr std::uint32_t kPassesMax = 64;           // ... or stand still
    static constexpr std::uint32_t kLanesMax = 16;

    std::uint32_t memory_kib = kMemoryKib;
    std::uint32_t passes = kPasses;
    std::uint32_t lanes = 1;
    std::string salt;
    std::string hash;

    static Argon2id make(std::string_view password, std::string salt);
    static std::optional<Argon2id> parse(std::string_view text);
    std::string to_text() const;
    bool accepts(std::string_view password) const;
};

struct MosquittoHash {
    static constexpr std::uint32_t kIterationsMost = 10'000'000;

    std::uint32_t iterations = 0;  // 0: the older form
    std::string salt;
    std::string hash;

    static std::optional<MosquittoHash> parse(std::string_view text);
    bool accepts(std::string_view password) const;
};

class PasswordHash {
  public:
    PasswordHash(ScramVerifier verifier) : form_(std::move(verifier)) {}  // NOLINT: is one
    PasswordHash(Argon2id hash) : form_(std::move(hash)) {}               // NOLINT: is one
    PasswordHash(MosquittoHash hash) : form_(std::move(hash)) {}          // NOLINT: is one
    static std::optional<PasswordHash> parse(std::string_view text);

    // Slow on purpose: see authenticator.h.
    bool accepts(std::string_view password) const;
    // Null if the form does not serve SCRAM.
    const ScramVerifier* scram() const { return std::get_if<ScramVerifier>(&form_); }

  private:
    std::variant<ScramVerifier, Argon2id, MosquittoHash> form_;
};

}  // namespace dray::auth
