#include "auth/token_keys.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "auth/crypto.h"
#include "auth/json_text.h"

namespace dray::auth {

namespace {

using Json = nlohmann::json;

std::string bytes_in(const Json& object, const char* name) {
    return from_base64url(text_in(object, name)).value_or("");
}

bool is_secret(std::string_view secret) {
    return secret.size() >= TokenKeys::kSecretBytesMin;
}

}  // namespace

bool TokenKeys::Key::fits(std::string_view algorithm) const {
    const auto* const its_key = std::get_if<PublicKey>(&key);
    if (its_key == nullptr) return algorithm == "HS256";
    return algorithm == (its_key->kind() == PublicKey::Kind::kRsa ? "RS256" : "ES256");
}

bool TokenKeys::Key::proves(std::string_view text, std::string_view signature) const {
    if (const auto* const its_key = std::get_if<PublicKey>(&key)) return its_key->proves(text, signature);
    return are_equal(as_text(hmac_sha256(std::get<std::string>(key), text)), signature);
}

// Empty if there is a key in it; else what is wrong.
std::string TokenKeys::take_jwks(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return "begins like JSON, but is no JSON object";
    const Json list = json.contains("keys") ? json["keys"] : Json::array({json});
    if (!list.is_array()) return "\"keys\" is no list";
    for (const Json& jwk : list) {
        if (!jwk.is_object()) return "\"keys\" has an entry that is no object";
        if (!text_in(jwk, "use").empty() && text_in(jwk, "use") != "sig") continue;
        const std::string kind = text_in(jwk, "kty");
        if (kind == "oct") {
            std::string secret = bytes_in(jwk, "k");
            if (!is_secret(secret)) return "a secret is shorter than 32 bytes";
            keys_.push_back({text_in(jwk, "kid"), std::move(secret)});
            continue;
        }
        std::optional<PublicKey> key;
        if (kind == "RSA") {
            key = PublicKey::from_rsa(bytes_in(jwk, "n"), bytes_in(jwk, "e"));
            if (!key) return "an RSA key is damaged, or shorter than 2048 bits";
        } else if (kind == "EC" && text_in(jwk, "crv") == "P-256") {
            key = PublicKey::from_p256(bytes_in(jwk, "x"), bytes_in(jwk, "y"));
            if (!key) return "an EC key is damaged";
        }
        if (key) keys_.push_back({text_in(jwk, "kid"), std::move(*key)});
    }
    return keys_.empty() ? "has no key for HS256, RS256 or ES256" : "";
}

Result<TokenKeys, TokenKeysError> TokenKeys::parse(std::string_view text) {
    TokenKeys keys;
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    if (text.starts_with('{')) {
        std::string wrong = keys.take_jwks(text);
        if (!wrong.empty()) return TokenKeysError{std::move(wrong)};
    } else if (text.starts_with("-----BEGIN ")) {
        auto key = PublicKey::from_pem(text);
        if (!key) return TokenKeysError{"holds no public key of RSA (2048 bits or more) or EC P-256"};
        keys.keys_.push_back({"", std::move(*key)});
    } else if (is_secret(text)) {
        keys.keys_.push_back({"", std::string(text)});
    } else {
        return TokenKeysError{"the secret is shorter than 32 bytes"};
    }
    return keys;
}

bool TokenKeys::prove(std::string_view algorithm, std::string_view key_id, std::string_view text,
                      std::string_view signature) const {
    return std::ranges::any_of(keys_, [&](const Key& key) {
        const bool may_be_it = key.id.empty() || key_id.empty() || key.id == key_id;
        return may_be_it && key.fits(algorithm) && key.proves(text, signature);
    });
}

}  // namespace dray::auth
