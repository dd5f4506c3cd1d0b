// The seed of a random test: DRAY_SEED from the environment to repeat a run, else a new one; always printed.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace dray::test {

inline std::uint64_t seed() {
    static const std::uint64_t value = [] {
        const char* given = std::getenv("DRAY_SEED");
        const std::uint64_t chosen = given ? std::stoull(given) : std::random_device{}();
        std::cout << "DRAY_SEED=" << chosen << '\n';
        return chosen;
    }();
    return value;
}

}  // namespace dray::test
