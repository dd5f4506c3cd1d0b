#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <thread>

#include "base/assert.h"
#include "base/instant.h"
#include "base/random.h"
#include "base/ref.h"
#include "base/ring.h"

namespace dray {
namespace {

struct Counted final : RefCounted<Counted> {
    explicit Counted(int& destroyed_count) : destroyed(destroyed_count) {}
    static void destroy(const Counted* counted) {
        ++counted->destroyed;
        delete counted;
    }
    int& destroyed;
};

TEST(Ref, TheLastOwnerDestroysTheObject) {
    int destroyed = 0;
    {
        auto first = Ref<Counted>::adopt(new Counted(destroyed));
        Ref<Counted> second = first;
        EXPECT_EQ(first->owners(), 2U);
        Ref<Counted> moved = std::move(second);
        EXPECT_FALSE(second);  // NOLINT(bugprone-use-after-move): moved from is empty
        EXPECT_EQ(first->owners(), 2U);
        moved = Ref<Counted>();
        EXPECT_EQ(first->owners(), 1U);
        EXPECT_EQ(destroyed, 0);
    }
    EXPECT_EQ(destroyed, 1);
}

TEST(Ref, AssigningItToItselfKeepsTheObject) {
    int destroyed = 0;
    auto ref = Ref<Counted>::adopt(new Counted(destroyed));
    const auto& same = ref;
    ref = same;
    EXPECT_EQ(destroyed, 0);
    EXPECT_EQ(ref->owners(), 1U);
}

TEST(Ref, OwnersOnManyThreadsDestroyItOnce) {
    int destroyed = 0;
    auto shared = Ref<Counted>::adopt(new Counted(destroyed));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([copy = shared] {
            for (int round = 0; round < 10'000; ++round) Ref<Counted> again = copy;
        });
    }
    shared = Ref<Counted>();
    for (std::thread& thread : threads) thread.join();
    threads.clear();
    EXPECT_EQ(destroyed, 1);
}

TEST(Ring, AgreesWithADequeUnderRandomWork) {
    Random random(7);
    Ring<std::unique_ptr<int>> ring;
    std::deque<int> expected;
    for (int step = 0; step < 100'000; ++step) {
        if (random.below(100) < ((step / 1000) % 2 == 0 ? 60U : 40U)) {
            ring.push_back(std::make_unique<int>(step));
            expected.push_back(step);
        } else if (!expected.empty()) {
            ASSERT_EQ(*ring.pop_front(), expected.front());
            expected.pop_front();
        }
        ASSERT_EQ(ring.size(), expected.size());
        if (expected.empty()) continue;
        const std::size_t at = random.below(expected.size());
        ASSERT_EQ(*ring[at], expected[at]);
        ASSERT_EQ(*ring.back(), expected.back());
    }
}

TEST(Ring, CanBeUsedAgainAfterItGaveItsMemoryBack) {
    Ring<std::string> ring;
    for (int i = 0; i < 100; ++i) ring.push_back("a text that does not fit into the string itself");
    ring.clear_and_free();
    EXPECT_TRUE(ring.empty());
    ring.push_back("b");
    EXPECT_EQ(ring.front(), "b");
    Ring<std::string> moved = std::move(ring);
    EXPECT_EQ(moved.size(), 1U);
}

TEST(RingDeath, TakingFromAnEmptyOneIsOurOwnBug) {
    Ring<int> ring;
    EXPECT_DEATH(ring.pop_front(), "assertion failed: count_ > 0");
}

TEST(Instant, CountsInMilliseconds) {
    using std::chrono::seconds;
    const Instant start{1000};
    EXPECT_EQ((start + seconds(2)).ms, 3000);
    EXPECT_EQ(start + seconds(2) - start, seconds(2));
    EXPECT_LT(start, kNever);
}

TEST(Random, ASeedReplaysItsNumbers) {
    Random one(42);
    Random other(42);
    for (int i = 0; i < 100; ++i) ASSERT_EQ(one.next(), other.next());
    for (int i = 0; i < 100; ++i) ASSERT_LT(one.below(7), 7U);
}

}  // namespace
}  // namespace dray
