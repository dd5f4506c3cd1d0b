#include "reactor/reactor_group.h"

#include <gtest/gtest.h>

#include "no_transport.h"
#include "store/memory_store.h"

namespace dray::reactor {
namespace {

using namespace std::chrono_literals;

class Reactors : public testing::TestWithParam<int> {};

TEST_P(Reactors, StartAndStopInOrder) {
    store::MemoryStore store;
    shard::ShardOptions options;
    options.count = static_cast<shard::ShardIndex>(GetParam());
    ReactorGroup group(options, store, Clock());
    std::vector<NoTransport> transports(group.size());
    for (std::size_t i = 0; i < group.size(); ++i) group[i].set_transport(transports[i]);
    group.start();
    EXPECT_TRUE(group.stop(30s));
    for (const NoTransport& transport : transports) {
        EXPECT_TRUE(transport.stopped.load());
        EXPECT_GE(transport.turns.load(), 1);
    }
}

INSTANTIATE_TEST_SUITE_P(OneTwoAndFour, Reactors, testing::Values(1, 2, 4));

TEST_P(Reactors, ShowThatTheyLive) {
    store::MemoryStore store;
    shard::ShardOptions options;
    options.count = static_cast<shard::ShardIndex>(GetParam());
    options.limits.sys_interval_ms = 0;
    ReactorGroup group(options, store, Clock());
    std::vector<NoTransport> transports(group.size());
    for (std::size_t i = 0; i < group.size(); ++i) group[i].set_transport(transports[i]);
    EXPECT_TRUE(group.are_alive()) << "nobody has been asked yet";
    EXPECT_FALSE(group.are_alive()) << "no thread runs";
    group.start();
    while (!group.are_alive()) std::this_thread::sleep_for(1ms);  // or the test's deadline ends it
    EXPECT_TRUE(group.stop(30s));
}

// An idle broker must not burn the processor: turns come from the shard's timers only.
TEST(Reactors, SleepWhenNothingIsToDo) {
    store::MemoryStore store;
    shard::ShardOptions options;
    options.count = 2;
    options.limits.sys_interval_ms = 0;
    ReactorGroup group(options, store, Clock());
    std::vector<NoTransport> transports(group.size());
    for (std::size_t i = 0; i < group.size(); ++i) group[i].set_transport(transports[i]);
    group.start();
    std::this_thread::sleep_for(300ms);
    for (const NoTransport& transport : transports) EXPECT_LE(transport.turns.load(), 3);
    EXPECT_TRUE(group.stop(30s));
}

}  // namespace
}  // namespace dray::reactor
