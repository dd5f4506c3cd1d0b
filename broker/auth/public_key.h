// A public key that proves signatures: RSA (RS256) or elliptic curve P-256 (ES256), RFC 7518 section 3.
// Immutable; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dray::auth {

class PublicKey {
  public:
    enum class Kind : std::uint8_t { kRsa, kP256 };
    static constexpr int kRsaBitsMin = 2048;  // RFC 7518 section 3.3

    // Nothing if it is not such a key, or too weak. The numbers are big-endian, as a JWK has them.
    static std::optional<PublicKey> from_pem(std::string_view pem);
    static std::optional<PublicKey> from_rsa(std::string_view modulus, std::string_view exponent);
    static std::optional<PublicKey> from_p256(std::string_view x, std::string_view y);

    Kind kind() const { return kind_; }
    // Over SHA-256; of P-256 the signature is R and S, 32 bytes each.
    bool proves(std::string_view text, std::string_view signature) const;

  private:
    using Key = std::shared_ptr<void>;  // OpenSSL's EVP_PKEY
    PublicKey(Kind kind, Key key) : kind_(kind), key_(std::move(key)) {}
    static std::optional<PublicKey> checked(Key key);

    Kind kind_;
    Key key_;
};

}  // namespace dray::auth
