// What is done with each level of a topic on its way down a trie: hashed and compared. Most levels are short,
// so both look at words that may overlap instead of at one character after the other. Hashes are seeded, so
// that a peer cannot pick levels that all fall into one slot. Pure.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace dray::topics {

namespace level_words {

template <typename Word>
Word at(const char* text) {
    Word word;
    std::memcpy(&word, text, sizeof word);
    return word;
}

// All of up to eight bytes; of one size, different ones for different texts.
inline std::uint64_t of_short(std::string_view text) {
    const std::size_t size = text.size();
    if (size >= 4) {
        return std::uint64_t{at<std::uint32_t>(text.data())} << 32 |
               at<std::uint32_t>(text.data() + size - 4);
    }
    if (size == 0) return 0;
    const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<std::uint8_t>(text[i])}; };
    return byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
}

// The two halves of a 128-bit product, folded: every input bit reaches every output bit.
inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace level_words

inline std::uint64_t hash_level(std::string_view level, std::uint64_t seed) {
    using namespace level_words;
    constexpr std::uint64_t odd_a = 0xa0761d6478bd642fULL;
    constexpr std::uint64_t odd_b = 0xe7037ed1a0b428dbULL;
    const std::size_t size = level.size();
    std::uint64_t hash = seed ^ odd_a;
    if (size <= 8) return fold(hash ^ of_short(level), odd_b ^ size);
    for (; level.size() > 8; level.remove_prefix(8)) {
        hash = fold(hash ^ at<std::uint64_t>(level.data()), odd_b);
    }
    return fold(hash ^ at<std::uint64_t>(level.data() + level.size() - 8), odd_b ^ size);
}

inline bool same_level(std::string_view a, std::string_view b) {
    using namespace level_words;
    const std::size_t size = a.size();
    if (size != b.size()) return false;
    if (size <= 8) return of_short(a) == of_short(b);
    if (size > 16) return std::memcmp(a.data(), b.data(), size) == 0;
    return at<std::uint64_t>(a.data()) == at<std::uint64_t>(b.data()) &&
           at<std::uint64_t>(a.data() + size - 8) == at<std::uint64_t>(b.data() + size - 8);
}

// The hash of a level under its parent node, folded to the width of FlatIndex.
inline std::uint32_t hash_child(std::uint32_t parent, std::uint64_t level_hash) {
    const std::uint64_t mixed = (level_hash ^ parent * 0x9e3779b97f4a7c15ULL) * 0xd6e8feb86659fd93ULL;
    return static_cast<std::uint32_t>(mixed >> 32);
}

}  // namespace dray::topics
