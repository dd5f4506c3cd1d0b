#include "auth/password_hash.h"

#include <argon2.h>

#include <charconv>
#include <cstdio>

#include "base/assert.h"

namespace dray::auth {

namespace {

constexpr std::size_t kArgon2HashBytes = 32;
constexpr std::size_t kArgon2SaltBytesMin = ARGON2_MIN_SALT_LENGTH;

// What stands before `mark`, which is taken off with it; all of it if there is no such mark.
std::string_view take_part(std::string_view& text, char mark) {
    const std::size_t end = std::min(text.find(mark), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

std::optional<std::uint32_t> number(std::string_view text, std::uint32_t least, std::uint32_t most) {
    std::uint32_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    if (value < least || value > most) return std::nullopt;
    return value;
}

// Of a name, as in "m=19456".
std::optional<std::uint32_t> named_number(std::string_view& text, std::string_view name, char mark,
                                          std::uint32_t most) {
    return take(text, name) ? number(take_part(text, mark), 1, most) : std::nullopt;
}

// The reference implementation leaves the padding out.
std::optional<std::string> from_unpadded(std::string_view text) {
    return from_base64(std::string(text) + std::string((4 - text.size() % 4) % 4, '='));
}

std::string to_unpadded(std::string_view bytes) {
    const std::string text = to_base64(bytes);
    return text.substr(0, text.find('='));
}

std::string argon2(const Argon2id& options, std::string_view password, std::size_t bytes) {
    std::string hash(bytes, '\0');
    const int failure =
        argon2id_hash_raw(options.passes, options.memory_kib, options.lanes, password.data(), password.size(),
                          options.salt.data(), options.salt.size(), hash.data(), bytes);
    // Without memory nobody is let in.
    DRAY_ASSERT(failure == ARGON2_OK || failure == ARGON2_MEMORY_ALLOCATION_ERROR);
    return failure == ARGON2_OK ? hash : std::string();
}

}  // namespace

Argon2id Argon2id::make(std::string_view password, std::string salt) {
    Argon2id made;
    made.salt = std::move(salt);
    made.hash = argon2(made, password, kArgon2HashBytes);
    return made;
}

std::optional<Argon2id> Argon2id::parse(std::string_view text) {
    if (!take(text, "$argon2id$v=19$")) return std::nullopt;
    const auto memory = named_number(text, "m=", ',', kMemoryKibMax);
    const auto passes = named_number(text, "t=", ',', kPassesMax);
    const auto lanes = named_number(text, "p=", '$', kLanesMax);
    const auto salt = from_unpadded(take_part(text, '$'));
    const auto hash = from_unpadded(text);
    if (!memory || !passes || !lanes || !salt || !hash) return std::nullopt;
    if (*memory < 8 * *lanes || salt->size() < kArgon2SaltBytesMin || hash->size() < kArgon2HashBytes)
        return std::nullopt;
    return Argon2id{*memory, *passes, *lanes, *salt, *hash};
}

std::string Argon2id::to_text() const {
    return "$argon2id$v=19$m=" + std::to_string(memory_kib) + ",t=" + std::to_string(passes) +
           ",p=" + std::to_string(lanes) + '$' + to_unpadded(salt) + '$' + to_unpadded(hash);
}

bool Argon2id::accepts(std::string_view password) const {
    return are_equal(argon2(*this, password, hash.size()), hash);
}

std::optional<MosquittoHash> MosquittoHash::parse(std::string_view text) {
    MosquittoHash parsed;
    if (take(text, "$7$")) {
        const auto iterations = number(take_part(text, '$'), 1, kIterationsMost);
        if (!iterations) return std::nullopt;
        parsed.iterations = *iterations;
    } else if (!take(text, "$6$")) {
        return std::nullopt;
    }
    const auto salt = from_base64(take_part(text, '$'));
    const auto hash = from_base64(text);
    if (!salt || salt->empty() || !hash || hash->size() != sizeof(LongDigest)) return std::nullopt;
    parsed.salt = *salt;
    parsed.hash = *hash;
    return parsed;
}

bool MosquittoHash::accepts(std::string_view password) const {
    const LongDigest digest =
        iterations > 0 ? pbkdf2_sha512(password, salt, iterations) : sha512(std::string(password) + salt);
    return are_equal(as_text(digest), hash);
}

std::optional<PasswordHash> PasswordHash::parse(std::string_view text) {
    if (auto verifier = ScramVerifier::parse(text)) return PasswordHash(std::move(*verifier));
    if (auto hash = Argon2id::parse(text)) return PasswordHash(std::move(*hash));
    if (auto hash = MosquittoHash::parse(text)) return PasswordHash(std::move(*hash));
    return std::nullopt;
}

bool PasswordHash::accepts(std::string_view password) const {
    return std::visit([password](const auto& form) { return form.accepts(password); }, form_);
}

}  // namespace dray::auth
