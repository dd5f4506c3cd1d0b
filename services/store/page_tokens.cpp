#include "services/store/page_tokens.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

namespace dray::store {
namespace {

using nlohmann::json;
using service::kMalformed;
using service::kUnprocessable;
using service::Problem;

constexpr std::string_view kIssuer = "dray-store";

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text.substr(0, text.find('='));
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned int size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), digest.data(),
         &size);
    return {digest.begin(), digest.begin() + size};
}

// The first line of the file that a setting names. Empty if it names none.
std::string secret_of(const service::Settings& settings, const std::string& name, std::size_t bytes_min) {
    const auto& path = settings.text(name);
    if (path.empty()) return {};
    std::ifstream file(path);
    std::string secret;
    if (!std::getline(file, secret))
        throw service::SettingsError(settings.origin(name) + ": " + path + " cannot be read, or is empty");
    if (secret.size() < bytes_min)
        throw service::SettingsError(settings.origin(name) + ": what stands in " + path +
                                     " is shorter than " + std::to_string(bytes_min) + " bytes");
    return secret;
}

}  // namespace

std::variant<TokenRequest, Problem> parse_token_request(const std::string& body) {
    const json request = json::parse(body, nullptr, false);
    if (!request.is_object()) return Problem{kMalformed, "", "the body must be a JSON object"};
    TokenRequest wanted;
    const json orders = request.value("orders", json::array());
    const bool is_list = orders.is_array() && orders.size() <= kTokenOrdersMax &&
                         std::ranges::all_of(orders, [](const json& each) { return each.is_string(); });
    if (!is_list)
        return Problem{kUnprocessable, "orders",
                       "must be a list of at most " + std::to_string(kTokenOrdersMax) + " strings"};
    wanted.orders = orders.get<std::vector<std::string>>();
    const json code = request.value("operator_code", json(""));
    if (!code.is_string()) return Problem{kUnprocessable, "operator_code", "must be a string"};
    wanted.operator_code = code.get<std::string>();
    return wanted;
}

PageTokens::PageTokens(std::string key, std::string operator_code)
    : key_(std::move(key)), operator_code_(std::move(operator_code)) {}

std::optional<PageTokens> PageTokens::configured(const service::Settings& settings) {
    std::string key = secret_of(settings, "store.token_key_file", kKeyBytesMin);
    std::string code = secret_of(settings, "store.operator_code_file", kCodeBytesMin);
    if (!key.empty()) return PageTokens(std::move(key), std::move(code));
    if (!code.empty())
        throw service::SettingsError(settings.origin("store.operator_code_file") +
                                     ": means nothing without store.token_key_file");
    return std::nullopt;
}

bool PageTokens::is_operator_code(std::string_view code) const {
    return !operator_code_.empty() && code.size() == operator_code_.size() &&
           CRYPTO_memcmp(code.data(), operator_code_.data(), code.size()) == 0;
}

std::string PageTokens::sign(std::string_view subject, const std::vector<std::string>& orders,
                             std::int64_t now_ms) const {
    const json claims = {
        {"iss", kIssuer}, {"sub", subject}, {"order", orders}, {"exp", now_ms / 1000 + kLifetimeSeconds}};
    const std::string text = base64url(R"({"alg":"HS256","typ":"JWT"})") + '.' + base64url(claims.dump());
    return text + '.' + base64url(hmac_sha256(key_, text));
}

}  // namespace dray::store
