// Runs each test with 1, 2 and 4 shards.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "words.h"
#include "world.h"

namespace dray::test {

using namespace std::chrono_literals;

inline constexpr auto kV5 = ProtocolVersion::kV5;

class EachShardCount : public testing::TestWithParam<shard::ShardIndex> {
  protected:
    WorldOptions options(std::uint64_t seed = 1) const {
        WorldOptions result;
        result.shards = GetParam();
        result.seed = seed;
        return result;
    }
};

#define DRAY_EACH_SHARD_COUNT(suite)        \
    class suite : public EachShardCount {}; \
    INSTANTIATE_TEST_SUITE_P(Each, suite, testing::Values(1, 2, 4), shard_count_name)

inline std::string shard_count_name(const testing::TestParamInfo<shard::ShardIndex>& info) {
    return std::to_string(info.param) + "Shards";
}

}  // namespace dray::test
