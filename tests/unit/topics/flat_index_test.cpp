#include "topics/flat_index.h"

#include <gtest/gtest.h>

#include <map>

#include "random_topics.h"

namespace dray::topics {
namespace {

// Hashes from a few values only, so that runs of slots form, wrap around and are taken apart again.
TEST(FlatIndex, AgreesWithAMapUnderRandomWork) {
    Random random(test_seed());
    FlatIndex index;
    std::map<std::uint32_t, std::uint32_t> expected;  // number -> hash
    for (int step = 0; step < 200'000; ++step) {
        const auto number = static_cast<std::uint32_t>(random.below(300));
        const auto known = expected.find(number);
        if (known == expected.end()) {
            const auto hash = static_cast<std::uint32_t>(random.below(40)) * 0x01000193U;
            index.insert(hash, number);
            expected.emplace(number, hash);
        } else if (random.below(3) == 0) {
            const std::uint32_t fresh = number + 1000;
            index.renumber(known->second, number, fresh);
            index.renumber(known->second, fresh, number);
        } else {
            index.erase(known->second, number);
            expected.erase(known);
        }
        if (step % 100 != 0) continue;
        ASSERT_EQ(index.size(), expected.size());
        for (const auto& [is, hash] : expected) {
            ASSERT_EQ(index.find(hash, [wanted = is](std::uint32_t found) { return found == wanted; }), is);
        }
    }
}

TEST(FlatIndex, FindsNothingUnderAHashThatIsNotThere) {
    FlatIndex index;
    const auto any = [](std::uint32_t) { return true; };
    EXPECT_EQ(index.find(7, any), FlatIndex::kNone);
    index.insert(7, 1);
    EXPECT_EQ(index.find(7, any), 1U);
    EXPECT_EQ(index.find(8, any), FlatIndex::kNone);
}

TEST(FlatIndex, GivesMemoryBackWhenItShrinks) {
    FlatIndex index;
    for (std::uint32_t i = 0; i < 100'000; ++i) index.insert(i * 0x9e3779b1U, i);
    const std::size_t full = index.memory_bytes();
    for (std::uint32_t i = 0; i < 100'000; ++i) index.erase(i * 0x9e3779b1U, i);
    EXPECT_EQ(index.size(), 0U);
    EXPECT_LT(index.memory_bytes(), full / 100);
}

}  // namespace
}  // namespace dray::topics
