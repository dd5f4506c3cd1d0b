#include "shard/stream_filter.h"

#include <gtest/gtest.h>

namespace dray::shard {
namespace {

TEST(StreamFilter, HasUpToThreeParts) {
    const auto parts = [](std::string_view text) {
        const auto parsed = parse_stream_filter(text);
        return parsed ? std::string(parsed->stream) + '|' + std::string(parsed->start) + '|' +
                            std::string(parsed->filter)
                      : "none";
    };
    EXPECT_EQ(parts("$stream/a"), "a||");
    EXPECT_EQ(parts("$stream/a/latest"), "a|latest|");
    EXPECT_EQ(parts("$stream/a/17/x/+/#"), "a|17|x/+/#");
    EXPECT_EQ(parts("$stream"), "none");
    EXPECT_EQ(parts("stream/a"), "none");
}

TEST(StreamFilter, StartsAtAPlaceOrATime) {
    EXPECT_EQ(parse_stream_start(""), StreamStart{});
    EXPECT_EQ(parse_stream_start("earliest")->from, StreamStart::From::kEarliest);
    EXPECT_EQ(parse_stream_start("18446744073709551615")->offset, ~std::uint64_t{0});
    EXPECT_EQ(parse_stream_start("@1700000000.25")->time, Instant{1'700'000'000'250});
    EXPECT_EQ(parse_stream_start("@2023-11-14T22:13:20Z")->time, Instant{1'700'000'000'000});
    for (const char* wrong : {"first", "-1", "1x", "18446744073709551616", "@", "@x", "@1.", "@1.x", "@-1"})
        EXPECT_FALSE(parse_stream_start(wrong)) << wrong;
}

}  // namespace
}  // namespace dray::shard
