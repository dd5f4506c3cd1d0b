#include "reactor/reactor_group.h"

#include <gtest/gtest.h>

#include "store/memory_store.h"

namespace dray::reactor {
namespace {

using namespace std::chrono_literals;

// No network at all; notes in which order it is told to stop.
class NoTransport final : public Transport {
  public:
    std::unique_ptr<Passenger> hand_over(shard::LinkId) override { return nullptr; }
    void flush(shard::LinkId) override {}
    void close(const shard::Effects::Close&) override {}
    void set_reading(shard::LinkId, bool) override {}
    void adopt(std::unique_ptr<Passenger>) override {}
    void continue_unfinished() override {}
    bool has_unfinished() const override { return false; }
    void tick(Instant) override {}
    Instant next_deadline() const override { return kNever; }
    void end_turn() override { turns.fetch_add(1); }
    void stop_accepting() override { stopped.store(true); }

    std::atomic<int> turns{0};
    std::atomic<bool> stopped{false};
};

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
