// Whole brokers, each from one seed, against all laws. A failure prints what replays it; DRAY_SEED=<seed>
// does, DRAY_SEEDS=<count> runs that many from there.
#include "simulation.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "laws/laws.h"
#include "seeds.h"
#include "trace.h"

namespace dray::sim {
namespace {

constexpr std::uint64_t kSeeds = 500;

std::uint64_t running = 0;

// An assertion of the broker ends the process: the seed must be known all the same.
extern "C" void tell_seed(int signal) {
    std::fprintf(stderr, "make sim SEED=%llu\n", static_cast<unsigned long long>(running));
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

std::string verdict_of(std::uint64_t seed) {
    Laws laws = all_laws();
    if (std::getenv("DRAY_SIM_TRACE") != nullptr) laws.add(std::make_unique<Trace>());
    try {
        return Simulation(seed, std::move(laws)).run();
    } catch (const std::exception& exception) {
        return exception.what();
    }
}

TEST(Simulation, EveryLawHoldsInEverySeed) {
    for (const int signal : {SIGABRT, SIGSEGV}) std::signal(signal, tell_seed);
    test::for_each_seed(test::fewer_if_sanitized(kSeeds), [](std::uint64_t seed) {
        running = seed;
        ASSERT_EQ(verdict_of(seed), "") << "make sim SEED=" << seed;
    });
}

}  // namespace
}  // namespace dray::sim
