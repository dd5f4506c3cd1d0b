#include "auth/operator_tokens.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "auth/crypto.h"
#include "base/assert.h"

namespace dray::auth {

namespace {

constexpr const char* kIssuer = "drayd";
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";

}  // namespace

// As text, so that TokenKeys takes it for a secret.
OperatorTokens::OperatorTokens(std::string user)
    : user_(std::move(user)), secret_(to_base64(random_bytes(TokenKeys::kSecretBytesMin))) {}

std::string OperatorTokens::sign(Instant now) const {
    const nlohmann::json claims = {{"iss", kIssuer}, {"sub", user_}, {"exp", (now + kLifetime).ms / 1000}};
    const std::string text = to_base64url(kHeader) + '.' + to_base64url(claims.dump());
    return text + '.' + to_base64url(as_text(hmac_sha256(secret_, text)));
}

TokenOptions OperatorTokens::options() const {
    auto keys = TokenKeys::parse(secret_);
    DRAY_ASSERT(keys);
    return {std::move(*keys), kIssuer, "", true};
}

}  // namespace dray::auth
