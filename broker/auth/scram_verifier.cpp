#include "auth/scram_verifier.h"

#include <charconv>

namespace dray::auth {

namespace {

constexpr std::string_view kName = "SCRAM-SHA-256$";

// Takes what stands before `mark` off `text`.
std::optional<std::string_view> take_before(std::string_view& text, char mark) {
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at + 1);
    return part;
}

bool read(std::string_view text, Digest& digest) {
    const auto bytes = from_base64(text);
    if (!bytes || bytes->size() != digest.size()) return false;
    std::copy(bytes->begin(), bytes->end(), digest.begin());
    return true;
}

}  // namespace

ScramVerifier ScramVerifier::make(std::string_view password, std::string salt, std::uint32_t iterations) {
    const Digest salted = pbkdf2_sha256(password, salt, iterations);
    ScramVerifier verifier;
    verifier.iterations = iterations;
    verifier.salt = std::move(salt);
    verifier.stored_key = sha256(as_text(hmac_sha256(as_text(salted), "Client Key")));
    verifier.server_key = hmac_sha256(as_text(salted), "Server Key");
    return verifier;
}

std::optional<ScramVerifier> ScramVerifier::parse(std::string_view text) {
    if (!text.starts_with(kName)) return std::nullopt;
    text.remove_prefix(kName.size());
    const auto iterations = take_before(text, ':');
    const auto salt = take_before(text, '$');
    const auto stored_key = take_before(text, ':');
    if (!iterations || !salt || !stored_key) return std::nullopt;
    ScramVerifier verifier;
    const char* const end = iterations->data() + iterations->size();
    const auto [stop, error] = std::from_chars(iterations->data(), end, verifier.iterations);
    const auto salt_bytes = from_base64(*salt);
    if (error != std::errc() || stop != end || verifier.iterations < kIterationsLeast ||
        verifier.iterations > kIterationsMost || !salt_bytes || salt_bytes->empty() ||
        !read(*stored_key, verifier.stored_key) || !read(text, verifier.server_key)) {
        return std::nullopt;
    }
    verifier.salt = *salt_bytes;
    return verifier;
}

std::string ScramVerifier::to_text() const {
    return std::string(kName) + std::to_string(iterations) + ':' + to_base64(salt) + '$' +
           to_base64(as_text(stored_key)) + ':' + to_base64(as_text(server_key));
}

bool ScramVerifier::accepts(std::string_view password) const {
    return are_equal(as_text(make(password, salt, iterations).stored_key), as_text(stored_key));
}

}  // namespace dray::auth
