// The few things of OpenSSL's libcrypto that passwords and tokens need, and base64. Pure but for
// random_bytes; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dray::auth {

using Digest = std::array<std::uint8_t, 32>;
using LongDigest = std::array<std::uint8_t, 64>;

template <std::size_t Size>
std::string_view as_text(const std::array<std::uint8_t, Size>& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

inline const std::uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

Digest sha256(std::string_view text);
Digest hmac_sha256(std::string_view key, std::string_view text);
// PBKDF2 with HMAC-SHA-256, which RFC 5802 calls Hi(): slow on purpose, in proportion to `iterations`.
Digest pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations);
LongDigest sha512(std::string_view text);
LongDigest pbkdf2_sha512(std::string_view password, std::string_view salt, std::uint32_t iterations);
Digest exclusive_or(const Digest& a, const Digest& b);
// Takes the same time wherever they differ; only the lengths show.
bool are_equal(std::string_view a, std::string_view b);
std::string random_bytes(std::size_t count);

// RFC 4648, with padding. Nothing if it is not base64.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
// RFC 4648 section 5, without padding.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace dray::auth
