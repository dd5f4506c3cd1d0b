#include "auth/scram_exchange.h"

#include <optional>
#include <utility>

namespace dray::auth {

namespace {

using mqtt::ReasonCode;
using shard::AuthAnswer;

constexpr std::size_t kMessageBytesMax = 4096;
constexpr std::size_t kNonceBytesMax = 1024;

AuthAnswer failure(ReasonCode reason, const char* why) {
    AuthAnswer answer;
    answer.reason = reason;
    answer.why = why;
    return answer;
}

AuthAnswer malformed(const char* why) {
    return failure(ReasonCode::kProtocolError, why);
}

AuthAnswer go_on(std::string data) {
    AuthAnswer answer;
    answer.kind = AuthAnswer::Kind::kContinue;
    answer.data = std::move(data);
    return answer;
}

// The value of the attribute that `text` begins with, if it is that one; takes it and its comma off.
std::optional<std::string_view> take_attribute(std::string_view& text, char name) {
    if (text.size() < 2 || text[0] != name || text[1] != '=') return std::nullopt;
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view value = text.substr(2, end - 2);
    text.remove_prefix(std::min(end + 1, text.size()));
    return value;
}

// saslname: "=2C" is a comma and "=3D" is "=", and no other "=" may stand there.
std::optional<std::string> unescape(std::string_view name) {
    std::string text;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] != '=') {
            text += name[i];
            continue;
        }
        const std::string_view code = name.substr(i, 3);
        if (code != "=2C" && code != "=3D") return std::nullopt;
        text += code == "=2C" ? ',' : '=';
        i += 2;
    }
    return text;
}

bool is_printable(std::string_view nonce) {
    for (const char c : nonce) {
        if (c < 0x21 || c > 0x7e || c == ',') return false;
    }
    return !nonce.empty() && nonce.size() <= kNonceBytesMax;
}

}  // namespace

AuthAnswer ScramExchange::next(std::string_view data) {
    if (data.size() > kMessageBytesMax) return malformed("the SCRAM message is too long");
    if (step_ == Step::kFirst && data.empty()) return go_on({});  // SASL: an empty challenge asks for it
    switch (std::exchange(step_, Step::kDone)) {                  // a mistake ends the exchange
        case Step::kFirst:
            return take_first(data);
        case Step::kFinal:
            return take_final(data);
        case Step::kDone:
            break;
    }
    return malformed("the SCRAM exchange is over");
}

AuthAnswer ScramExchange::take_first(std::string_view data) {
    // gs2-header: "n" or "y" (no channel binding), and maybe a=<authorization identity>.
    std::string_view rest = data;
    if (!rest.starts_with("n,") && !rest.starts_with("y,")) {
        return malformed("SCRAM channel binding is not supported");
    }
    rest.remove_prefix(2);
    std::optional<std::string> wanted;
    if (const auto identity = take_attribute(rest, 'a')) {
        wanted = unescape(*identity);
        if (!wanted) return malformed("malformed SCRAM authorization identity");
    } else if (rest.starts_with(',')) {
        rest.remove_prefix(1);
    } else {
        return malformed("malformed SCRAM header");
    }
    gs2_header_ = data.substr(0, data.size() - rest.size());
    first_bare_ = rest;
    const auto name = take_attribute(rest, 'n');
    const auto client_nonce = take_attribute(rest, 'r');
    const auto user = name ? unescape(*name) : std::nullopt;
    if (!user || user->empty() || !client_nonce || !is_printable(*client_nonce)) {
        return malformed("malformed SCRAM client-first message");
    }
    if (wanted && *wanted != *user) return failure(ReasonCode::kNotAuthorized, "nobody may act for another");

    user_ = *user;
    const auto found = users_.find(user_);
    const ScramVerifier* const verifier = found == users_.end() ? nullptr : found->second.scram();
    is_known_ = verifier != nullptr;
    if (is_known_) {
        verifier_ = *verifier;
    } else {
        verifier_.salt = as_text(hmac_sha256(secrets_.fake_salt_key, user_)).substr(0, 16);
        const ScramVerifier* const example = users_.empty() ? nullptr : users_.begin()->second.scram();
        verifier_.iterations = example ? example->iterations : ScramVerifier::kIterationsLeast;
    }
    nonce_ = std::string(*client_nonce) + secrets_.nonce;
    server_first_ =
        "r=" + nonce_ + ",s=" + to_base64(verifier_.salt) + ",i=" + std::to_string(verifier_.iterations);
    step_ = Step::kFinal;
    return go_on(server_first_);
}

AuthAnswer ScramExchange::take_final(std::string_view data) {
    std::string_view rest = data;
    const auto binding = take_attribute(rest, 'c');
    const auto nonce = take_attribute(rest, 'r');
    const std::size_t proof_at = data.rfind(",p=");
    if (!binding || !nonce || proof_at == std::string_view::npos) {
        return malformed("malformed SCRAM client-final message");
    }
    const auto proof_bytes = from_base64(data.substr(proof_at + 3));
    if (from_base64(*binding) != gs2_header_) return malformed("the SCRAM header has changed");
    if (*nonce != nonce_) return malformed("the SCRAM nonce is not ours");
    Digest proof{};
    if (!proof_bytes || proof_bytes->size() != proof.size()) return malformed("malformed SCRAM proof");
    std::copy(proof_bytes->begin(), proof_bytes->end(), proof.begin());

    const std::string signed_text =
        first_bare_ + ',' + server_first_ + ',' + std::string(data.substr(0, proof_at));
    const Digest signature = hmac_sha256(as_text(verifier_.stored_key), signed_text);
    const Digest client_key = exclusive_or(proof, signature);
    const bool is_right = are_equal(as_text(sha256(as_text(client_key))), as_text(verifier_.stored_key));
    if (!is_right || !is_known_) {
        AuthAnswer refusal = failure(ReasonCode::kBadUserNameOrPassword, "wrong user name or password");
        refusal.user = user_;
        return refusal;
    }
    AuthAnswer answer;
    answer.kind = AuthAnswer::Kind::kSuccess;
    answer.user = user_;
    answer.data = "v=" + to_base64(as_text(hmac_sha256(as_text(verifier_.server_key), signed_text)));
    return answer;
}

}  // namespace dray::auth
