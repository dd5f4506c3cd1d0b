#include "admin/target.h"

#include <gtest/gtest.h>

namespace dray::admin {
namespace {

using Path = std::vector<std::string>;
using Query = std::map<std::string, std::string>;

TEST(Target, HasSegmentsAndQueryDecoded) {
    const auto target = parse_target("/api/v1/queues/a%20b%2Fc/messages?count=5&after=%61&bare");
    ASSERT_TRUE(target.has_value());
    EXPECT_EQ(target->path, (Path{"api", "v1", "queues", "a b/c", "messages"}));
    EXPECT_EQ(target->query, (Query{{"count", "5"}, {"after", "a"}, {"bare", ""}}));
}

TEST(Target, TheRootHasNoSegment) {
    EXPECT_EQ(parse_target("/")->path, Path{});
    EXPECT_EQ(parse_target("/?a=b")->query, (Query{{"a", "b"}}));
}

TEST(Target, WhatIsMalformedIsNone) {
    for (const char* text :
         {"", "*", "http://a/b", "/%", "/%2", "/%2x", "/%x2", "/%+1", "/%00", "/a?b=%zz"}) {
        EXPECT_FALSE(parse_target(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace dray::admin
