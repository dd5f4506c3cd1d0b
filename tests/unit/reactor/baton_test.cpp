#include "reactor/baton.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace dray::reactor {
namespace {

TEST(Baton, IsLentOnceAndOnlyWhileItsOwnerSleeps) {
    Baton baton;
    EXPECT_FALSE(baton.borrow());
    baton.lie_down();
    EXPECT_TRUE(baton.borrow());
    EXPECT_FALSE(baton.borrow());
    baton.give_back();
    EXPECT_TRUE(baton.borrow());
    baton.give_back();
    baton.get_up();
    EXPECT_FALSE(baton.borrow());
}

TEST(Baton, OneOfThoseWhoWantTheOwnerAwakeRings) {
    Baton baton;
    EXPECT_FALSE(baton.wake());
    baton.lie_down();
    EXPECT_TRUE(baton.wake());
    EXPECT_FALSE(baton.wake());
    EXPECT_FALSE(baton.borrow()) << "the owner is on its way";
    baton.get_up();
    baton.lie_down();
    EXPECT_TRUE(baton.borrow());
    EXPECT_FALSE(baton.wake()) << "who acts in its place sees to it";
    baton.give_back();
    EXPECT_TRUE(baton.wake());
}

// An owner that gets up again and again, and two that act for it whenever they may, count in a variable of
// nobody's own: none may be in it together with another, and the owner must always come through.
TEST(Baton, OneAtATimeActsAndTheOwnerIsNeverKeptOut) {
    constexpr std::uint64_t kRoundsMin = 20'000;
    constexpr std::uint64_t kActedMin = 1000;
    Baton baton;
    std::uint64_t acts = 0;  // under the baton
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> acted_in_place{0};
    std::vector<std::thread> others;
    for (int i = 0; i < 2; ++i) {
        others.emplace_back([&] {
            while (!done.load()) {
                if (!baton.borrow()) {
                    std::this_thread::yield();
                    continue;
                }
                ++acts;
                acted_in_place.fetch_add(1);
                baton.give_back();
            }
        });
    }
    std::uint64_t rounds = 0;
    while (rounds < kRoundsMin || acted_in_place.load() < kActedMin) {
        baton.lie_down();
        if (rounds % 100 == 0) std::this_thread::yield();
        baton.get_up();
        ++acts;
        ++rounds;
    }
    done.store(true);
    for (std::thread& other : others) other.join();
    EXPECT_EQ(acts, rounds + acted_in_place.load());
}

}  // namespace
}  // namespace dray::reactor
