#include "reactor/mail_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace dray::reactor {
namespace {

using Queue = MailQueue<std::unique_ptr<int>, 4>;

std::vector<int> take(Queue& queue) {
    std::vector<int> taken;
    queue.take_all([&](std::unique_ptr<int>&& item) { taken.push_back(*item); });
    return taken;
}

TEST(MailQueue, WhatWasPushedIsSeenOnlyAfterPublishing) {
    Queue queue;
    queue.push(std::make_unique<int>(1));
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(take(queue), std::vector<int>{});
    EXPECT_TRUE(queue.publish());
    EXPECT_FALSE(queue.empty());
    EXPECT_EQ(take(queue), std::vector<int>{1});
    EXPECT_FALSE(queue.publish());
}

TEST(MailQueue, KeepsTheOrderOverManyChunks) {
    Queue queue;
    int pushed = 0;
    int taken = 0;
    for (int batch = 0; batch < 50; ++batch) {
        for (int i = 0; i < batch % 11; ++i) queue.push(std::make_unique<int>(pushed++));
        queue.publish();
        if (batch % 3 != 0) continue;
        for (const int item : take(queue)) ASSERT_EQ(item, taken++);
    }
    for (const int item : take(queue)) ASSERT_EQ(item, taken++);
    EXPECT_EQ(taken, pushed);
}

TEST(MailQueue, ShowsEachWithOthersBeforeItIsTaken) {
    Queue queue;
    int pushed = 0;
    int taken = 0;
    std::size_t most_at_once = 0;
    for (int batch = 0; batch < 50; ++batch) {
        for (int i = 0; i < batch % 11; ++i) queue.push(std::make_unique<int>(pushed++));
        queue.publish();
        if (batch % 3 != 0) continue;
        int shown = taken;
        queue.take_all(
            [&](std::unique_ptr<int>&& item) {
                EXPECT_EQ(*item, taken++);
                EXPECT_LE(taken, shown);
            },
            [&](std::span<const std::unique_ptr<int>> items) {
                for (const auto& item : items) EXPECT_EQ(*item, shown++);
                most_at_once = std::max(most_at_once, items.size());
            });
        EXPECT_EQ(shown, pushed);
        EXPECT_EQ(taken, pushed);
    }
    EXPECT_EQ(most_at_once, Queue::kExpectedMax);
}

TEST(MailQueue, WhatNobodyTookIsDestroyed) {
    const auto witness = std::make_shared<int>(0);
    {
        MailQueue<std::shared_ptr<int>, 4> queue;
        for (int i = 0; i < 10; ++i) queue.push(witness);
        queue.publish();
        queue.push(witness);
    }
    EXPECT_EQ(witness.use_count(), 1);
}

TEST(MailQueue, CarriesEverythingInOrderFromOneThreadToAnother) {
    constexpr int kItems = 200'000;
    Queue queue;
    std::thread sender([&] {
        for (int i = 0; i < kItems; ++i) {
            queue.push(std::make_unique<int>(i));
            if (i % 7 == 0) queue.publish();
        }
        queue.publish();
    });
    int next = 0;
    bool in_order = true;
    while (next < kItems) {
        queue.take_all([&](std::unique_ptr<int>&& item) { in_order = in_order && *item == next++; });
    }
    sender.join();
    EXPECT_TRUE(in_order);
    EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace dray::reactor
