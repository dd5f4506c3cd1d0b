// The seeds of a random test of whole brokers: from DRAY_SEED on, or from 1; DRAY_SEEDS of them, or one if
// DRAY_SEED is given, or as many as the test says. It ends with the first that fails, which is named.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace dray::test {

inline std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Sanitizers make a story ten times as long.
constexpr std::uint64_t fewer_if_sanitized(std::uint64_t count) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    return count / 5;
#else
    return count;
#endif
}

template <typename Tell>  // void(std::uint64_t seed)
void for_each_seed(std::uint64_t count, Tell tell) {
    const bool is_replay = std::getenv("DRAY_SEED") != nullptr;
    const std::uint64_t first = number_from_environment("DRAY_SEED", 1);
    count = number_from_environment("DRAY_SEEDS", is_replay ? 1 : count);
    for (std::uint64_t seed = first; seed < first + count && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("DRAY_SEED=" + std::to_string(seed));
        tell(seed);
    }
}

}  // namespace dray::test
