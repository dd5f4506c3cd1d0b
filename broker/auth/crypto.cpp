#include "auth/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>

#include "base/assert.h"

namespace dray::auth {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

template <typename Result>
Result hash(const EVP_MD* method, std::string_view text) {
    Result digest;
    unsigned size = 0;
    DRAY_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, method, nullptr) == 1);
    return digest;
}

template <typename Result>
Result pbkdf2(const EVP_MD* method, std::string_view password, std::string_view salt,
              std::uint32_t iterations) {
    Result digest;
    DRAY_ASSERT(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(salt),
                                  static_cast<int>(salt.size()), static_cast<int>(iterations), method,
                                  static_cast<int>(digest.size()), digest.data()) == 1);
    return digest;
}

}  // namespace

Digest sha256(std::string_view text) {
    return hash<Digest>(EVP_sha256(), text);
}

LongDigest sha512(std::string_view text) {
    return hash<LongDigest>(EVP_sha512(), text);
}

Digest hmac_sha256(std::string_view key, std::string_view text) {
    Digest digest;
    unsigned size = 0;
    DRAY_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
                     digest.data(), &size) != nullptr);
    return digest;
}

Digest pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations) {
    return pbkdf2<Digest>(EVP_sha256(), password, salt, iterations);
}

LongDigest pbkdf2_sha512(std::string_view password, std::string_view salt, std::uint32_t iterations) {
    return pbkdf2<LongDigest>(EVP_sha512(), password, salt, iterations);
}

Digest exclusive_or(const Digest& a, const Digest& b) {
    Digest result;
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = a[i] ^ b[i];
    return result;
}

bool are_equal(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    DRAY_ASSERT(RAND_bytes(reinterpret_cast<std::uint8_t*>(bytes.data()), static_cast<int>(count)) == 1);
    return bytes;
}

std::string to_base64(std::string_view bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = group << 8 | (i + j < bytes.size() ? bytes_of(bytes)[i + j] : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += i + j > bytes.size() ? '=' : kAlphabet[group >> (18 - 6 * j) & 63];
        }
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string bytes;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::size_t value = 0;  // of padding
        if (i + padding < text.size()) value = kAlphabet.find(text[i]);
        if (value == std::string_view::npos) return std::nullopt;
        group = group << 6 | static_cast<std::uint32_t>(value);
        if (i % 4 != 3) continue;
        for (const unsigned shift : {16U, 8U, 0U}) bytes += static_cast<char>(group >> shift & 0xFF);
        group = 0;
    }
    bytes.resize(bytes.size() - padding);
    if (to_base64(bytes) != text) return std::nullopt;  // bits after the end
    return bytes;
}

std::string to_base64url(std::string_view bytes) {
    std::string text = to_base64(bytes);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text.substr(0, text.find('='));
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
    std::string padded(text);
    std::ranges::replace(padded, '-', '+');
    std::ranges::replace(padded, '_', '/');
    padded.append((4 - text.size() % 4) % 4, '=');
    return from_base64(padded);
}

}  // namespace dray::auth
