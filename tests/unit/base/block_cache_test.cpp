#include "base/block_cache.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

#include "base/random.h"

namespace dray {
namespace {

class BlockCaches : public testing::Test {
  protected:
    void SetUp() override {
        if (!BlockCache::kKeeps) GTEST_SKIP() << "nothing is kept under AddressSanitizer";
    }
    BlockCache cache;
};

TEST_F(BlockCaches, WhatWasGivenUpLastIsTakenFirst) {
    const BlockCache::InUse in_use(cache);
    void* const first = BlockCache::take(100);
    void* const second = BlockCache::take(104);
    BlockCache::give(first, 100);
    BlockCache::give(second, 104);
    EXPECT_EQ(cache.bytes(), 2 * 104U);
    EXPECT_EQ(BlockCache::take(97), second) << "it is of the same size";
    EXPECT_EQ(BlockCache::take(104), first);
    EXPECT_EQ(cache.bytes(), 0U);
    BlockCache::give(first, 104);
    BlockCache::give(second, 97);
    void* const longer = BlockCache::take(105);
    EXPECT_NE(longer, first);
    EXPECT_NE(longer, second);
    BlockCache::give(longer, 105);
}

TEST_F(BlockCaches, KeepNoMoreThanTheirLimits) {
    const BlockCache::InUse in_use(cache);
    for (const std::size_t bytes : {100U, 200U, 400U, 600U, 800U, 1000U}) {
        std::vector<void*> blocks(2 * BlockCache::kSizeBytesMax / bytes);
        for (void*& block : blocks) block = BlockCache::take(bytes);
        const std::size_t before = cache.bytes();
        for (void* const block : blocks) BlockCache::give(block, bytes);
        EXPECT_LE(cache.bytes() - before, BlockCache::kSizeBytesMax);
        EXPECT_LE(cache.bytes(), BlockCache::kBytesMax);
    }
    EXPECT_GE(cache.bytes(), BlockCache::kBytesMax - BlockCache::kBlockBytesMax) << "they are made use of";
}

TEST_F(BlockCaches, LeaveLongBlocksToMalloc) {
    const BlockCache::InUse in_use(cache);
    BlockCache::give(BlockCache::take(BlockCache::kBlockBytesMax + 1), BlockCache::kBlockBytesMax + 1);
    EXPECT_EQ(cache.bytes(), 0U);
    BlockCache::give(BlockCache::take(BlockCache::kBlockBytesMax), BlockCache::kBlockBytesMax);
    EXPECT_EQ(cache.bytes(), BlockCache::kBlockBytesMax);
}

TEST_F(BlockCaches, ServeTheirThreadWhileTheyAreInUse) {
    void* const before = BlockCache::take(50);
    {
        const BlockCache::InUse in_use(cache);
        BlockCache::give(before, 50);
        EXPECT_GT(cache.bytes(), 0U);
    }
    const std::size_t kept = cache.bytes();
    BlockCache::give(BlockCache::take(50), 50);
    EXPECT_EQ(cache.bytes(), kept);
}

TEST_F(BlockCaches, KeepWhatAnotherThreadTook) {
    void* block = nullptr;
    std::thread([&block] {
        BlockCache theirs;
        const BlockCache::InUse in_use(theirs);
        block = BlockCache::take(50);
    }).join();
    const BlockCache::InUse in_use(cache);
    BlockCache::give(block, 50);
    EXPECT_EQ(BlockCache::take(50), block);
    BlockCache::give(block, 50);
}

TEST_F(BlockCaches, NeverGiveOneBlockTwice) {
    struct Taken {
        unsigned char* block;
        std::size_t bytes;
        unsigned char mark;
    };
    const BlockCache::InUse in_use(cache);
    Random random(7);
    std::vector<Taken> taken;
    const auto give_up = [&](std::size_t at) {
        const Taken gone = taken[at];
        taken[at] = taken.back();
        taken.pop_back();
        for (std::size_t i = 0; i < gone.bytes; ++i) ASSERT_EQ(gone.block[i], gone.mark);
        BlockCache::give(gone.block, gone.bytes);
    };
    for (int step = 0; step < 100'000; ++step) {
        if (random.below(100) < ((step / 1000) % 2 == 0 ? 60U : 40U)) {
            const std::size_t bytes = 1 + random.below(1200);
            const auto mark = static_cast<unsigned char>(step);
            taken.push_back({static_cast<unsigned char*>(BlockCache::take(bytes)), bytes, mark});
            std::memset(taken.back().block, mark, bytes);
        } else if (!taken.empty()) {
            give_up(random.below(taken.size()));
        }
    }
    while (!taken.empty()) give_up(0);
}

}  // namespace
}  // namespace dray
