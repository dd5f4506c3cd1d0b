#include "topics/level_hash.h"

#include <cstring>

namespace dray::topics {
namespace {

// The two halves of a 128-bit product, folded: every input bit reaches every output bit.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t tail_word(std::string_view tail) {
    std::uint64_t word = 0;
    for (const char c : tail) word = word << 8 | static_cast<std::uint8_t>(c);
    return word;
}

}  // namespace

std::uint64_t hash_level(std::string_view level, std::uint64_t seed) {
    constexpr std::uint64_t odd_a = 0xa0761d6478bd642fULL;
    constexpr std::uint64_t odd_b = 0xe7037ed1a0b428dbULL;
    std::uint64_t hash = seed ^ odd_a;
    const std::size_t size = level.size();
    for (; level.size() >= 8; level.remove_prefix(8)) {
        std::uint64_t word;
        std::memcpy(&word, level.data(), sizeof(word));
        hash = fold(hash ^ word, odd_b);
    }
    return fold(hash ^ tail_word(level), odd_b ^ size);
}

}  // namespace dray::topics
