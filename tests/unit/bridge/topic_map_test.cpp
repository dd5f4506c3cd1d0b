#include "bridge/topic_map.h"

#include <gtest/gtest.h>

#include <array>

namespace dray::bridge {
namespace {

TopicRule rule(std::string filter, Direction direction, std::string local = "", std::string remote = "") {
    return {.filter = std::move(filter),
            .direction = direction,
            .local_prefix = std::move(local),
            .remote_prefix = std::move(remote)};
}

TEST(BridgeTopics, ExchangeTheirPrefixes) {
    const std::vector rules{rule("orders/#", Direction::kBoth, "here/", "sites/north/")};
    const TopicMap out(rules, Side::kLocal);
    const TopicMap in(rules, Side::kRemote);
    ASSERT_EQ(out.ways().size(), 1u);
    EXPECT_EQ(out.ways()[0].filter, "here/orders/#");
    EXPECT_EQ(out.translate("here/orders/17"), "sites/north/orders/17");
    EXPECT_EQ(out.translate("orders/17"), std::nullopt);
    EXPECT_EQ(in.ways()[0].filter, "sites/north/orders/#");
    EXPECT_EQ(in.translate("sites/north/orders"), "here/orders");
}

TEST(BridgeTopics, CrossInTheirDirectionOnly) {
    const std::vector rules{rule("a/#", Direction::kOut), rule("b/#", Direction::kIn)};
    EXPECT_EQ(TopicMap(rules, Side::kLocal).translate("a/1"), "a/1");
    EXPECT_EQ(TopicMap(rules, Side::kLocal).translate("b/1"), std::nullopt);
    EXPECT_EQ(TopicMap(rules, Side::kRemote).translate("a/1"), std::nullopt);
    EXPECT_EQ(TopicMap(rules, Side::kRemote).translate("b/1"), "b/1");
}

TEST(BridgeTopics, TheFirstRuleThatFitsCounts) {
    const std::vector rules{rule("a/+", Direction::kOut, "", "one/"),
                            rule("+/b", Direction::kOut, "", "two/")};
    EXPECT_EQ(TopicMap(rules, Side::kLocal).translate("a/b"), "one/a/b");
    EXPECT_EQ(TopicMap(rules, Side::kLocal).translate("c/b"), "two/c/b");
}

TEST(BridgeTopics, ThatWouldBeTooLongDoNotCross) {
    const std::vector rules{rule("#", Direction::kOut, "", "prefix/")};
    EXPECT_EQ(TopicMap(rules, Side::kLocal).translate(std::string(65'530, 't')), std::nullopt);
}

TEST(BridgeTopics, AreCheckedRuleByRule) {
    const auto mistake = [](const TopicRule& wrong) {
        const auto found = find_mistake(wrong);
        return found ? std::string(found->option) + ' ' + found->what : "";
    };
    EXPECT_EQ(mistake(rule("orders/#", Direction::kBoth, "a/", "b/")), "");
    EXPECT_EQ(mistake(rule("", Direction::kBoth)), "filter must be a topic filter");
    EXPECT_EQ(mistake(rule("a/#/b", Direction::kBoth)), "filter must be a topic filter");
    EXPECT_EQ(mistake(rule("$SYS/#", Direction::kBoth)), "filter '$' topics do not cross");
    EXPECT_EQ(mistake(rule("#", Direction::kBoth, "$SYS/")), "local_prefix '$' topics do not cross");
    EXPECT_EQ(mistake(rule("#", Direction::kBoth, "", "+/")), "remote_prefix has a '+' or '#' in it");
    EXPECT_EQ(mistake(rule("#", Direction::kBoth, "a")), "local_prefix makes no topic filter of '#'");
}

TEST(BridgeTopics, ShowWhatWouldComeBack) {
    const auto echo = [](TopicRule out, TopicRule in) {
        out.direction = Direction::kOut;
        in.direction = Direction::kIn;
        const std::array rules{out, in};
        return find_echo(rules).value_or("none");
    };
    const TopicRule both{.filter = "a", .remote_prefix = "far/"};
    EXPECT_EQ(find_echo({&both, 1}), "far/a");
    EXPECT_EQ(echo({.filter = "a/b"}, {.filter = "a/c"}), "none");
    EXPECT_EQ(echo({.filter = "a/b"}, {.filter = "a"}), "none");
    EXPECT_EQ(echo({.filter = "a/+"}, {.filter = "+/b"}), "+/b");
    EXPECT_EQ(echo({.filter = "a/+/c"}, {.filter = "+/b/d"}), "none");
    EXPECT_EQ(echo({.filter = "a/#"}, {.filter = "a"}), "a");
    EXPECT_EQ(echo({.filter = "b", .remote_prefix = "a/"}, {.filter = "a/#"}), "a/#");
    EXPECT_EQ(echo({.filter = "b", .local_prefix = "a/"}, {.filter = "a/#"}), "none");
}

}  // namespace
}  // namespace dray::bridge
