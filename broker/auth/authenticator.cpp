#include "auth/authenticator.h"

#include "auth/scram_exchange.h"

namespace dray::auth {

namespace {

constexpr std::string_view kMethod = "SCRAM-SHA-256";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 18;

// As costly as that of a user.
PasswordHash costly_as(const Users& users) {
    if (!users.empty()) return users.begin()->second;
    ScramVerifier verifier;
    verifier.salt = "nobody";
    return verifier;
}

shard::AuthAnswer answer_to(Result<Token, TokenRefusal> token) {
    shard::AuthAnswer answer;
    if (!token) {
        answer.reason = mqtt::ReasonCode::kBadUserNameOrPassword;
        answer.why = token.error().why;
        return answer;
    }
    answer.kind = shard::AuthAnswer::Kind::kSuccess;
    answer.user = std::move(token->subject);
    answer.claims = std::move(token->claims);
    answer.expires_at = token->expires_at;
    return answer;
}

}  // namespace

Authenticator::Authenticator(Users users, std::vector<TokenOptions> signers)
    : users_(std::move(users)),
      signers_(std::move(signers)),
      key_(random_bytes(kKeyBytes)),
      nobody_(costly_as(users_)) {}

std::unique_ptr<shard::AuthExchange> Authenticator::begin(std::string_view method) const {
    if (method != kMethod) return nullptr;
    return std::make_unique<ScramExchange>(
        users_, ScramExchange::Secrets{key_, to_base64(random_bytes(kNonceBytes))});
}

bool Authenticator::was_right_before(const std::string& user, std::string_view fingerprint) const {
    const std::lock_guard lock(mutex_);
    const auto known = fingerprints_.find(user);
    return known != fingerprints_.end() && are_equal(known->second, fingerprint);
}

// If none is content, what the last one says.
shard::AuthAnswer Authenticator::check_signed(std::string_view token, Instant now) const {
    shard::AuthAnswer answer;
    for (const TokenOptions& signer : signers_) {
        answer = answer_to(check_token(token, signer, now));
        answer.is_operator = signer.is_for_operators && answer.kind == shard::AuthAnswer::Kind::kSuccess;
        if (answer.kind == shard::AuthAnswer::Kind::kSuccess) break;
    }
    return answer;
}

shard::AuthAnswer Authenticator::check_password(std::string_view user, ByteView password, Instant now) const {
    const std::string name(user);
    const std::string_view secret = dray::as_text(password);
    if (!signers_.empty() && looks_like_token(secret)) return check_signed(secret, now);
    const std::string fingerprint(as_text(hmac_sha256(key_, name + '\0' + std::string(secret))));
    const auto found = users_.find(user);
    const bool is_known = found != users_.end();
    bool is_right = is_known && was_right_before(name, fingerprint);
    if (!is_right) {
        is_right = (is_known ? found->second : nobody_).accepts(secret) && is_known;
        if (is_right) {
            const std::lock_guard lock(mutex_);
            fingerprints_[name] = fingerprint;
        }
    }
    shard::AuthAnswer answer;
    if (is_right) {
        answer.kind = shard::AuthAnswer::Kind::kSuccess;
        answer.user = name;
    } else {
        answer.reason = mqtt::ReasonCode::kBadUserNameOrPassword;
        answer.why = "wrong user name or password";
    }
    return answer;
}

shard::UserNames Authenticator::users_gone_in(const Authenticator& next) const {
    shard::UserNames gone;
    for (const auto& [user, password] : users_) {
        if (!next.users_.contains(user)) gone.insert(user);
    }
    return gone;
}

}  // namespace dray::auth
