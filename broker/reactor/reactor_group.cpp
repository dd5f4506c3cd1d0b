#include "reactor/reactor_group.h"

#include <pthread.h>

#include <algorithm>
#include <string>

#include "base/assert.h"

namespace dray::reactor {

using namespace std::chrono_literals;

ReactorGroup::ReactorGroup(const shard::ShardOptions& pattern, shard::StorePort& store, Clock clock,
                           const ReactorOptions& reactor_options)
    : mailroom_(pattern.count) {
    ReactorOptions options_of_each = reactor_options;
    options_of_each.poller = usable_poller(options_of_each.poller);
    for (shard::ShardIndex index = 0; index < pattern.count; ++index) {
        shard::ShardOptions options = pattern;
        options.index = index;
        reactors_.push_back(
            std::make_unique<Reactor>(std::move(options), store, mailroom_, clock, options_of_each));
    }
    for (const auto& reactor : reactors_) reactor->set_colleagues(reactors_);
}

ReactorGroup::~ReactorGroup() {
    if (!threads_.empty()) DRAY_ASSERT(stop(10s));
}

void ReactorGroup::start() {
    for (bool busy = true; busy;) {
        busy = false;
        for (const auto& reactor : reactors_) busy |= reactor->settle();
    }
    for (const auto& reactor : reactors_) {
        threads_.emplace_back([&reactor = *reactor] { reactor.run(); });
        const std::string name = "drayd/" + std::to_string(reactor->index());
        ::pthread_setname_np(threads_.back().native_handle(), name.c_str());
    }
}

void ReactorGroup::send_away_one_of(unsigned clients) {
    for (const auto& reactor : reactors_) reactor->send_away_one_of(clients);
}

bool ReactorGroup::are_alive() {
    const bool all =
        std::ranges::all_of(reactors_, [](const auto& reactor) { return reactor->has_turned(); });
    for (const auto& reactor : reactors_) reactor->ask_to_turn();
    return all;
}

bool ReactorGroup::stop(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (const auto& reactor : reactors_) reactor->stop();
    while (!std::ranges::all_of(reactors_, [](const auto& reactor) { return reactor->has_stopped(); })) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(1ms);
    }
    for (const auto& reactor : reactors_) reactor->finish();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return true;
}

}  // namespace dray::reactor
