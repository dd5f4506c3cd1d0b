#include "mqtt/topic.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dray::mqtt {
namespace {

TEST(TopicName, IsAnythingButEmptyOrWithWildcards) {
    for (const char* topic : {"a", "/", "//", "a/b", "a//b", "/a/", " ", "$SYS/x", "a b/c"}) {
        EXPECT_TRUE(is_valid_topic_name(topic)) << topic;
    }
    for (const char* topic : {"", "+", "#", "a/+", "a/#", "a+b", "#a"}) {
        EXPECT_FALSE(is_valid_topic_name(topic)) << topic;
    }
    EXPECT_FALSE(is_valid_topic_name(std::string_view("a\0b", 3)));
    EXPECT_TRUE(is_valid_topic_name(std::string(65535, 'a')));
    EXPECT_FALSE(is_valid_topic_name(std::string(65536, 'a')));
}

TEST(TopicFilter, WildcardsStandAloneAndHashStandsLast) {
    for (const char* filter :
         {"#", "+", "/", "+/+", "/+", "+/", "a/#", "a/+/b", "a/+/#", "+/#", "//#", "$SYS/#", "$share/g/a",
          "$share/g/#", "$share/g//", "$share", "$shared/a", "a/$share/b"}) {
        EXPECT_TRUE(is_valid_topic_filter(filter)) << filter;
    }
    for (const char* filter :
         {"", "#/", "#/a", "a#", "a/#b", "a/#/b", "##", "+a", "a+", "a/b+/c", "++", "+#", "$share/",
          "$share//a", "$share/g", "$share/g/", "$share/g+/a", "$share/#/a", "$share/g/a#"}) {
        EXPECT_FALSE(is_valid_topic_filter(filter)) << filter;
    }
    EXPECT_FALSE(is_valid_topic_filter(std::string_view("a\0", 2)));
}

// The examples of section 4.7 and the corners around them.
TEST(TopicFilter, MatchesAsTheSpecificationSays) {
    struct {
        const char* filter;
        std::vector<const char*> takes;
        std::vector<const char*> refuses;
    } const table[] = {
        {"sport/tennis/player1/#",
         {"sport/tennis/player1", "sport/tennis/player1/ranking", "sport/tennis/player1/score/wimbledon"},
         {"sport/tennis/player2", "sport/tennis", "sport/tennis/player1x"}},
        {"sport/#", {"sport", "sport/", "sport/a/b"}, {"sports", "Sport"}},
        {"#", {"a", "/", "/a", "a/b"}, {"$SYS", "$SYS/a"}},
        {"+", {"a", " "}, {"/a", "a/", "$SYS", "a/b"}},
        {"sport/+", {"sport/", "sport/a"}, {"sport", "sport/a/b"}},
        {"sport/tennis/+", {"sport/tennis/player1"}, {"sport/tennis/player1/ranking"}},
        {"+/+", {"/finance", "a/b", "/"}, {"a", "$SYS/a"}},
        {"/+", {"/finance"}, {"finance", "/a/b"}},
        {"+/monitor/Clients", {"a/monitor/Clients"}, {"$SYS/monitor/Clients"}},
        {"$SYS/#", {"$SYS", "$SYS/a/b"}, {"SYS/a"}},
        {"$SYS/monitor/+", {"$SYS/monitor/Clients"}, {}},
        {"a//b", {"a//b"}, {"a/b", "a/x/b"}},
        {"a/+/b", {"a//b", "a/x/b"}, {"a/b"}},
        {"a/$x", {"a/$x"}, {}},
        {"a/+", {"a/$x"}, {}},
    };
    for (const auto& row : table) {
        for (const char* topic : row.takes)
            EXPECT_TRUE(matches(row.filter, topic)) << row.filter << " " << topic;
        for (const char* topic : row.refuses) {
            EXPECT_FALSE(matches(row.filter, topic)) << row.filter << " " << topic;
        }
    }
}

TEST(TopicFilter, CoversAnother) {
    struct {
        const char* wide;
        std::vector<const char*> takes;
        std::vector<const char*> refuses;
    } const table[] = {
        {"#", {"#", "+", "a", "a/#", "+/#", "/"}, {"$SYS/#", "$SYS"}},
        {"+", {"+", "a", ""}, {"#", "a/#", "+/+", "$SYS"}},
        {"a/#", {"a", "a/#", "a/+", "a/+/b", "a/b/#"}, {"#", "+/#", "+", "b/#"}},
        {"a/+", {"a/+", "a/b", "a/"}, {"a", "a/#", "a/+/#", "a/b/c", "+/b"}},
        {"+/b/#", {"a/b", "+/b/c", "+/b/#"}, {"+/+/#", "$x/b", "+/#"}},
        {"a/b", {"a/b"}, {"a/+", "a/#", "a"}},
        {"$SYS/#", {"$SYS/#", "$SYS/+/a", "$SYS"}, {"#", "+/a"}},
    };
    for (const auto& row : table) {
        for (const char* narrow : row.takes)
            EXPECT_TRUE(covers(row.wide, narrow)) << row.wide << " " << narrow;
        for (const char* narrow : row.refuses)
            EXPECT_FALSE(covers(row.wide, narrow)) << row.wide << " " << narrow;
    }
}

TEST(SharedFilter, ComesApart) {
    const auto shared = parse_shared("$share/group/a/+/b");
    ASSERT_TRUE(shared);
    EXPECT_EQ(shared->group, "group");
    EXPECT_EQ(shared->filter, "a/+/b");
    EXPECT_EQ(parse_shared("$share/g//")->filter, "/");
    EXPECT_EQ(parse_shared("$share/g/$share/h/a")->filter,
              "$share/h/a");  // shares do not nest: a plain filter
    EXPECT_FALSE(parse_shared("a/b"));
    EXPECT_FALSE(parse_shared("$share/g"));
    EXPECT_FALSE(parse_shared("$sharing/g/a"));
}

TEST(Levels, AreGivenWithTheEmptyOnes) {
    const auto levels_of = [](const char* topic) {
        std::vector<std::string> all;
        Levels levels(topic);
        while (const auto level = levels.next()) all.emplace_back(*level);
        return all;
    };
    using Texts = std::vector<std::string>;
    EXPECT_EQ(levels_of("a//b"), (Texts{"a", "", "b"}));
    EXPECT_EQ(levels_of("/"), (Texts{"", ""}));
    EXPECT_EQ(levels_of("a"), (Texts{"a"}));
}

}  // namespace
}  // namespace dray::mqtt
