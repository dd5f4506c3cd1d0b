#include "topics/level_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dray::topics {
namespace {

// Every byte counts, at every length; and so does the length.
TEST(LevelHash, TellsLevelsApartThatDifferInOneByte) {
    std::set<std::uint64_t> hashes;
    std::size_t levels = 0;
    for (std::size_t size = 0; size <= 40; ++size) {
        const std::string level(size, 'x');
        const std::string same(size, 'x');  // elsewhere in memory
        hashes.insert(hash_level(level, 1));
        ++levels;
        EXPECT_TRUE(same_level(level, same)) << size;
        EXPECT_EQ(hash_level(level, 1), hash_level(same, 1)) << size;
        EXPECT_FALSE(same_level(level, level + 'x')) << size;
        for (std::size_t at = 0; at < size; ++at) {
            std::string other = level;
            other[at] = 'y';
            EXPECT_FALSE(same_level(level, other)) << size << " bytes, at " << at;
            hashes.insert(hash_level(other, 1));
            ++levels;
        }
    }
    EXPECT_EQ(hashes.size(), levels);
}

TEST(LevelHash, IsAnotherWithAnotherSeed) {
    for (const char* level : {"", "a", "location", "a level of many bytes"}) {
        EXPECT_NE(hash_level(level, 1), hash_level(level, 2)) << level;
    }
}

}  // namespace
}  // namespace dray::topics
