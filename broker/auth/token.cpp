#include "auth/token.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "auth/crypto.h"
#include "auth/json_text.h"

namespace dray::auth {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kHeaderBytesMax = 4096;
constexpr std::int64_t kClockSkewMsMax = 10'000;  // how far the clock of who signs may be ahead of ours
constexpr double kSecondsMax = 1e12;              // beyond it is never

struct Parts {
    std::string_view header;
    std::string_view claims;
    std::string_view signature;
    std::string_view signed_text;
};

std::optional<Parts> split(std::string_view text) {
    const std::size_t first = text.find('.');
    const std::size_t last = text.rfind('.');
    if (first == std::string_view::npos || last == first) return std::nullopt;
    Parts parts{text.substr(0, first), text.substr(first + 1, last - first - 1), text.substr(last + 1),
                text.substr(0, last)};
    if (parts.claims.find('.') != std::string_view::npos) return std::nullopt;
    return parts;
}

Json object_of(std::string_view base64url) {
    const auto text = from_base64url(base64url);
    return text ? Json::parse(*text, nullptr, false) : Json();
}

// NumericDate, RFC 7519 section 2. Nothing if it is not there, or no number.
std::optional<Instant> time_in(const Json& claims, const char* name) {
    const auto found = claims.find(name);
    if (found == claims.end() || !found->is_number()) return std::nullopt;
    const double seconds = std::clamp(found->get<double>(), 0.0, kSecondsMax);
    return Instant{static_cast<std::int64_t>(std::floor(seconds * 1000))};
}

// Of a list each that is a text; of anything with parts nothing.
shard::Claims claims_of(const Json& json) {
    shard::Claims claims;
    const auto add = [&claims](const std::string& name, const Json& value) {
        if (value.is_string()) claims.emplace_back(name, value.get<std::string>());
        if (value.is_number() || value.is_boolean()) claims.emplace_back(name, value.dump());
    };
    for (const auto& [name, value] : json.items()) {
        if (!value.is_array()) add(name, value);
        for (const Json& each : value.is_array() ? value : Json::array()) add(name, each);
    }
    return claims;
}

bool has(const shard::Claims& claims, std::string_view name, std::string_view value) {
    return std::ranges::any_of(
        claims, [&](const auto& claim) { return claim.first == name && claim.second == value; });
}

// Empty if there is none.
const char* why_not(const Json& json, const shard::Claims& claims, const TokenOptions& options, Instant now) {
    if (text_in(json, "sub").empty()) return "the token does not say whose it is (sub)";
    const auto expires_at = time_in(json, "exp");
    if (!expires_at) return "the token does not say until when it is valid (exp)";
    if (now >= *expires_at) return "the token has expired";
    const auto valid_from = time_in(json, "nbf");
    if (json.contains("nbf") && (!valid_from || valid_from->ms > now.ms + kClockSkewMsMax))
        return "the token is not valid yet";
    if (!options.issuer.empty() && !has(claims, "iss", options.issuer)) return "the token has another issuer";
    if (!options.audience.empty() && !has(claims, "aud", options.audience))
        return "the token is for another audience";
    return "";
}

}  // namespace

bool looks_like_token(std::string_view text) {
    return text.starts_with("eyJ") && split(text).has_value();  // {" in base64
}

Result<Token, TokenRefusal> check_token(std::string_view text, const TokenOptions& options, Instant now) {
    const auto parts = split(text);
    if (!parts || parts->header.size() > kHeaderBytesMax) return TokenRefusal{"this is no token"};
    const Json header = object_of(parts->header);
    const auto signature = from_base64url(parts->signature);
    if (!header.is_object() || !signature) return TokenRefusal{"this is no token"};
    if (header.contains("crit")) return TokenRefusal{"the token asks for what is not known here (crit)"};
    if (!options.keys.prove(text_in(header, "alg"), text_in(header, "kid"), parts->signed_text, *signature))
        return TokenRefusal{"the token is not signed by a key that is known here"};
    const Json json = object_of(parts->claims);
    if (!json.is_object()) return TokenRefusal{"the token has no claims"};
    Token token{text_in(json, "sub"), claims_of(json), time_in(json, "exp").value_or(Instant{})};
    if (const char* const why = why_not(json, token.claims, options, now); *why != '\0')
        return TokenRefusal{why};
    return token;
}

}  // namespace dray::auth
