// When one thread serves all shards, and that nothing is lost when it begins and ends to do so.
#include "reactor/consolidation.h"

#include <sys/socket.h>

#include "no_transport.h"
#include "reactor/file_descriptor.h"
#include "two_shards.h"

namespace dray::reactor {
namespace {

using Advice = Consolidation::Advice;

// A keeper that has a turn each millisecond, on a clock of the test's own.
class Days {
  public:
    // For so long: threads that use this share of a processor, turns of so many events. What was advised
    // last.
    Advice pass(std::chrono::milliseconds time, double share, std::size_t events = 1) {
        Advice last = Advice::kStay;
        for (; time > 0ms; time -= 1ms) {
            now_ += 1ms;
            cpu_ += std::chrono::duration_cast<Consolidation::Duration>(share *
                                                                        std::chrono::duration<double>(1ms));
            if (!consolidation_.turned(now_, events)) continue;
            const Advice advice = consolidation_.judge(now_, cpu_);
            if (advice != Advice::kStay) last = advice;
        }
        return last;
    }

  private:
    Consolidation consolidation_{Consolidation::Limits{}};
    Consolidation::Time now_{1h};
    Consolidation::Duration cpu_{};
};

TEST(Consolidation, IsAdvisedWhenLittleComesAndEndsWhenMuchComes) {
    Days days;
    EXPECT_EQ(days.pass(2s, 0.6), Advice::kStay);
    EXPECT_EQ(days.pass(2s, 0.3), Advice::kJoin);
    EXPECT_EQ(days.pass(2s, 0.6), Advice::kStay) << "neither little nor much";
    EXPECT_EQ(days.pass(50ms, 0.9), Advice::kPart);
    EXPECT_EQ(days.pass(2s, 0.9), Advice::kStay);
}

TEST(Consolidation, EndsWhenOneThreadDoesNotFollow) {
    Days days;
    EXPECT_EQ(days.pass(2s, 0.3), Advice::kJoin);
    EXPECT_EQ(days.pass(50ms, 0.3, 200), Advice::kPart);
    EXPECT_EQ(days.pass(2s, 0.3, 200), Advice::kStay);
}

TEST(Consolidation, IsTriedLessAndLessOftenWhereItDoesNotLast) {
    Days days;
    EXPECT_EQ(days.pass(200ms, 0.1), Advice::kJoin);
    for (auto patience = 200ms; patience < 2s; patience *= 2) {
        EXPECT_EQ(days.pass(100ms, 0.9), Advice::kPart);
        EXPECT_EQ(days.pass(patience - 50ms, 0.1), Advice::kStay);
        EXPECT_EQ(days.pass(100ms, 0.1), Advice::kJoin);
    }
    EXPECT_EQ(days.pass(2s, 0.1), Advice::kStay) << "and it lasts";
    EXPECT_EQ(days.pass(100ms, 0.9), Advice::kPart);
    EXPECT_EQ(days.pass(200ms, 0.1), Advice::kJoin);
}

ReactorOptions always() {
    ReactorOptions options;
    options.consolidation = {
        .little = 1e9, .much = 1e9, .events_of_a_turn = 1e9, .span = 0ms, .patience = 0ms};
    return options;
}

class Joined : public TwoShards {
  protected:
    Joined() : TwoShards(always()) {}

    // Or the test's deadline ends it.
    void until_one_thread_serves_both() {
        do {
            publish_to(0, 100);
            publish_to(1, 100);
            all_is_written();
        } while (clients[1].writer() != "drayd/0");
    }
};

TEST_F(Joined, OneThreadServesBothHoweverManyMessagesThereAre) {
    until_one_thread_serves_both();
    for (int round = 0; round < 100; ++round) {
        publish_to(0, 100);
        publish_to(1, 100);
        all_is_written();
        EXPECT_EQ(clients[0].writer(), "drayd/0");
        EXPECT_EQ(clients[1].writer(), "drayd/0");
    }
}

// Either of them publishes to that of shard 0, the second because the first has.
TEST_F(Joined, WhatBothHaveForAClientIsOneWrite) {
    until_one_thread_serves_both();
    const int before = clients[0].writes();
    const auto second = [&] { group.mailroom().send(0, 1, std::make_unique<Words>(message_for(0))); };
    group.mailroom().send(shard::kOutside, 0, std::make_unique<Words>(message_for(0), second));
    group.mailroom().deliver(shard::kOutside);
    owed[0] += 2;
    all_is_written();
    EXPECT_EQ(clients[0].writes(), before + 1);
}

// Sockets that are silent, and could be written to.
class SilentSockets {
  public:
    SilentSockets() {
        for (std::size_t i = 0; i < sockets_.size(); i += 2) {
            std::array<int, 2> pair{};
            EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()), 0);
            sockets_[i] = FileDescriptor(pair[0]);
            sockets_[i + 1] = FileDescriptor(pair[1]);
        }
    }
    void are_watched_with(Poller& poller) {
        for (const FileDescriptor& socket : sockets_) {
            EXPECT_FALSE(poller.add(socket.number(), nobody_, EPOLLIN | EPOLLOUT | EPOLLET));
        }
    }

  private:
    class Nobody final : public EventSource {
        void on_events(std::uint32_t) override {}
    };
    Nobody nobody_;
    std::array<FileDescriptor, 400> sockets_;
};

ReactorOptions while_turns_are_small() {
    ReactorOptions options = always();
    options.consolidation->events_of_a_turn = 64;
    return options;
}

class JoinedWithSockets : private SilentSockets, public TwoShards {
  protected:
    JoinedWithSockets() : TwoShards(while_turns_are_small()) {}
    void shard_1_watches_them() {
        const auto watch = [&] { are_watched_with(group[1].poller()); };
        group.mailroom().send(shard::kOutside, 1, std::make_unique<Words>("", watch));
        publish_to(1, 1);
        publish_to(0, 1);
        all_is_written();
    }
};

// Each says that it could be written to when it is watched anew: much to hear, but nothing to do.
TEST_F(JoinedWithSockets, OneThreadGoesOnServingBoth) {
    shard_1_watches_them();
    const auto round = [&] {
        publish_to(0, 1);
        publish_to(1, 1);
        all_is_written();
    };
    do round();
    while (clients[1].writer() != "drayd/0");  // or the test's deadline ends it
    for (int i = 0; i < 100; ++i) {
        round();
        EXPECT_EQ(clients[1].writer(), "drayd/0");
    }
}

// It joins and parts, by turns, with the first turn of the keeper in each millisecond.
ReactorOptions by_turns() {
    ReactorOptions options = always();
    options.consolidation->span = 1ms;
    options.consolidation->much = -1;
    options.consolidation->patience_max = 0ms;
    return options;
}

class ByTurns : public TwoShards {
  protected:
    ByTurns() : TwoShards(by_turns()) {}
};

TEST_F(ByTurns, NothingIsLostWhileTheyJoinAndPart) {
    std::array<int, 2> served_by{};
    // Until both have been seen, or the test's deadline ends it.
    for (int round = 0; round < 5000 || served_by[0] == 0 || served_by[1] == 0; ++round) {
        publish_to(0, 1 + static_cast<std::size_t>(round % 10));
        publish_to(1, 1 + static_cast<std::size_t>(round % 10));
        if (round % 10 != 9) continue;
        all_is_written();  // so that all fall asleep now and then
        ++served_by.at(clients[1].writer() == "drayd/0" ? 0 : 1);
    }
    all_is_written();
}

// A group that is stopped at any moment of this ends in good order.
TEST(Reactors, StopWhileTheyJoinAndPart) {
    for (int round = 0; round < 100; ++round) {
        store::MemoryStore store;
        shard::ShardOptions options;
        options.count = 4;
        options.limits.sys_interval_ms = 1 + static_cast<std::uint32_t>(round % 3);
        ReactorGroup group(options, store, Clock(), round % 2 == 0 ? by_turns() : always());
        std::vector<std::unique_ptr<NoTransport>> transports;
        for (std::size_t i = 0; i < group.size(); ++i) {
            transports.push_back(std::make_unique<NoTransport>());
            group[i].set_transport(*transports[i]);
        }
        group.start();
        while (transports[0]->turns.load() < round % 20)
            std::this_thread::yield();  // or the test's deadline ends it
        EXPECT_TRUE(group.stop(30s));
    }
}

}  // namespace
}  // namespace dray::reactor
