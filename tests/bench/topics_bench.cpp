// What it costs to find the takers of a topic, by the number of filters in the tree; and to look up a
// retained topic's place. Every topic has the same number of takers at every size, so the column must not
// grow with the filters (but for the processor's caches, which a million filters do not fit).
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "topics/retained_tree.h"
#include "topics/subscription_tree.h"

namespace {

using namespace dray::topics;

std::string vehicle(std::size_t i) {
    return "fleet/" + std::to_string(i % 997) + "/vehicle/" + std::to_string(i);
}

// One subscriber for each vehicle's topics, and a few that take all of them.
void fill(SubscriptionTree& tree, std::size_t filters) {
    for (std::size_t i = 0; i < filters; ++i) {
        tree.subscribe(vehicle(i) + (i % 2 == 0 ? "/location" : "/#"),
                       {.session = static_cast<SessionIndex>(i)});
    }
    const auto next = static_cast<SessionIndex>(filters);
    tree.subscribe("fleet/+/vehicle/+/location", {.session = next});
    tree.subscribe("fleet/#", {.session = next + 1});
}

std::vector<std::string> some_topics(std::size_t filters) {
    std::mt19937_64 random(1);
    std::vector<std::string> topics;
    for (int i = 0; i < 4096; ++i) topics.push_back(vehicle(random() % filters) + "/location");
    return topics;
}

void matching(benchmark::State& state) {
    const auto filters = static_cast<std::size_t>(state.range(0));
    SubscriptionTree tree(1);
    fill(tree, filters);
    const auto topics = some_topics(filters);
    MatchResult match;
    std::size_t i = 0;
    for ([[maybe_unused]] auto _ : state) {
        tree.match(topics[i++ % topics.size()], match);
        if (match.subscribers.size() != 3)
            return state.SkipWithError("a topic did not match its three takers");
    }
    state.counters["bytes_per_filter"] =
        static_cast<double>(tree.memory_bytes()) / static_cast<double>(filters);
}
BENCHMARK(matching)->RangeMultiplier(10)->Range(1'000, 1'000'000)->ArgName("filters");

void subscribing(benchmark::State& state) {
    const auto filters = static_cast<std::size_t>(state.range(0));
    SubscriptionTree tree(1);
    fill(tree, filters);
    const auto topics = some_topics(filters);
    std::size_t i = 0;
    for ([[maybe_unused]] auto _ : state) {
        const std::string& filter = topics[i++ % topics.size()];
        tree.subscribe(filter, {.session = 4'000'000'000});
        tree.unsubscribe(filter, 4'000'000'000);
    }
}
BENCHMARK(subscribing)->RangeMultiplier(10)->Range(1'000, 1'000'000)->ArgName("filters");

void setting_a_retained_message(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    RetainedTree<std::shared_ptr<int>> tree(1);
    const auto value = std::make_shared<int>(1);
    for (std::size_t i = 0; i < count; ++i) tree.set(vehicle(i) + "/location", value);
    const auto topics = some_topics(count);
    std::size_t i = 0;
    for ([[maybe_unused]] auto _ : state) tree.set(topics[i++ % topics.size()], value);
}
BENCHMARK(setting_a_retained_message)->RangeMultiplier(10)->Range(1'000, 1'000'000)->ArgName("topics");

}  // namespace

BENCHMARK_MAIN();
