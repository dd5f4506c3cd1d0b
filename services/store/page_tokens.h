// Tokens (JWT, RFC 7519, HS256) by which the web pages connect to the broker. The store signs them; drayd,
// which has the same key (auth.jwt_key_file), lets their bearer hear what its rules say (demo/broker.toml).
//
//   {"iss": "dray-store", "sub": "customer", "order": ["0a6f8b52-…"], "exp": 1790000000}
//   {"iss": "dray-store", "sub": "operator", "order": [], "exp": 1790000000}
//
//   store.token_key_file       the key; without it pages connect as anybody does
//   store.operator_code_file   what who works here shows to be an operator; without it nobody is one
//
// Whoever knows an order's id may watch it: the id is random, and GET /api/orders/<id> asks for no more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "services/common/problem.h"
#include "services/common/settings.h"

namespace dray::store {

constexpr std::size_t kTokenOrdersMax = 64;

// POST /api/tokens: {"orders": ["0a6f8b52-…"], "operator_code": "…"}; both may be left out.
struct TokenRequest {
    std::vector<std::string> orders;
    std::string operator_code = {};
};
std::variant<TokenRequest, service::Problem> parse_token_request(const std::string& body);

class PageTokens {
  public:
    static constexpr std::size_t kKeyBytesMin = 32;   // RFC 7518 section 3.2
    static constexpr std::size_t kCodeBytesMin = 16;  // too many to try
    static constexpr std::int64_t kLifetimeSeconds = 12 * 60 * 60;

    PageTokens(std::string key, std::string operator_code);
    // Nothing if none are configured. Throws SettingsError.
    static std::optional<PageTokens> configured(const service::Settings& settings);

    bool is_operator_code(std::string_view code) const;
    std::string sign(std::string_view subject, const std::vector<std::string>& orders,
                     std::int64_t now_ms) const;

  private:
    std::string key_;
    std::string operator_code_;
};

}  // namespace dray::store
