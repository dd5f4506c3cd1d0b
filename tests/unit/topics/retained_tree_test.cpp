#include "topics/retained_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "mqtt/topic.h"
#include "random_topics.h"

namespace dray::topics {
namespace {

using Text = std::shared_ptr<const std::string>;
using Tree = RetainedTree<Text>;

Text text(const std::string& value) {
    return std::make_shared<const std::string>(value);
}

std::multiset<std::string> all(Tree& tree, std::string_view filter, std::size_t batch = 7) {
    std::multiset<std::string> found;
    auto walk = tree.walk(filter);
    while (!walk.done()) walk.next(batch, [&](const Text& value) { found.insert(*value); });
    return found;
}
using Texts = std::multiset<std::string>;

TEST(RetainedTree, KeepsOneValueForATopic) {
    Tree tree(1);
    EXPECT_EQ(tree.set("a/b", text("1")), nullptr);
    EXPECT_EQ(*tree.set("a/b", text("2")), "1");
    EXPECT_EQ(**tree.find("a/b"), "2");
    EXPECT_EQ(tree.find("a"), nullptr);
    EXPECT_EQ(tree.find("a/b/c"), nullptr);
    EXPECT_EQ(tree.size(), 1U);
    EXPECT_EQ(*tree.erase("a/b"), "2");
    EXPECT_EQ(tree.erase("a/b"), nullptr);
    EXPECT_EQ(tree.size(), 0U);
    EXPECT_EQ(tree.node_count(), 0U);
}

TEST(RetainedTree, AWalkGivesWhatTheFilterTakes) {
    Tree tree(1);
    for (const char* topic : {"a", "a/b", "a/b/c", "b", "/", "a//b", "$SYS/a", "$SYS"})
        tree.set(topic, text(topic));
    EXPECT_EQ(all(tree, "#"), (Texts{"a", "a/b", "a/b/c", "b", "/", "a//b"}));
    EXPECT_EQ(all(tree, "+"), (Texts{"a", "b"}));
    EXPECT_EQ(all(tree, "a/#"), (Texts{"a", "a/b", "a/b/c", "a//b"}));
    EXPECT_EQ(all(tree, "a/+"), (Texts{"a/b"}));
    EXPECT_EQ(all(tree, "+/+"), (Texts{"a/b", "/"}));
    EXPECT_EQ(all(tree, "a/+/b"), (Texts{"a//b"}));
    EXPECT_EQ(all(tree, "$SYS/#"), (Texts{"$SYS/a", "$SYS"}));
    EXPECT_EQ(all(tree, "+/a"), Texts{});
    EXPECT_EQ(all(tree, "a/b"), (Texts{"a/b"}));
    EXPECT_EQ(all(tree, "c"), Texts{});
}

TEST(RetainedTree, AWalkStopsAfterAsManyNodesAsItMay) {
    Tree tree(1);
    for (int i = 0; i < 100; ++i) tree.set("a/" + std::to_string(i), text("x"));
    auto walk = tree.walk("+/nothing/like/this");
    int calls = 0;
    for (; !walk.done(); ++calls) walk.next(1, [](const Text&) { FAIL(); });
    EXPECT_LE(calls, 3);
    auto wide = tree.walk("a/+");
    int given = 0;
    wide.next(11, [&](const Text&) { ++given; });
    EXPECT_EQ(given, 10);  // the first node was "a"
    EXPECT_FALSE(wide.done());
}

TEST(RetainedTree, AWalkMayBeMovedAndGivenUp) {
    Tree tree(1);
    for (int i = 0; i < 10; ++i) tree.set("a/" + std::to_string(i), text("x"));
    {
        auto walk = tree.walk("#");
        int given = 0;
        walk.next(3, [&](const Text&) { ++given; });
        auto moved = std::move(walk);
        while (!moved.done()) moved.next(3, [&](const Text&) { ++given; });
        EXPECT_EQ(given, 10);
        auto abandoned = tree.walk("#");
        abandoned.next(2, [](const Text&) {});
        for (int i = 0; i < 10; ++i) tree.erase("a/" + std::to_string(i));
        EXPECT_GT(tree.node_count(), 0U) << "the node that a walk stands on is kept";
    }
    EXPECT_EQ(tree.node_count(), 0U);
}

TEST(RetainedTree, AgreesWithTryingEveryTopic) {
    Random random(test_seed());
    Tree tree(random.next());
    std::map<std::string, std::string> expected;
    for (int step = 0; step < 20'000; ++step) {
        const std::string topic = random_topic(random);
        if (random.below(100) < ((step / 2000) % 2 == 0 ? 60U : 30U)) {
            const std::string value = topic + "=" + std::to_string(step);
            tree.set(topic, text(value));
            expected[topic] = value;
        } else {
            ASSERT_EQ(tree.erase(topic) != nullptr, expected.erase(topic) == 1);
        }
        ASSERT_EQ(tree.size(), expected.size());
        if (step % 5 != 0) continue;
        const std::string filter = random_filter(random);
        Texts wanted;
        for (const auto& [candidate, value] : expected) {
            if (mqtt::matches(filter, candidate)) wanted.insert(value);
        }
        ASSERT_EQ(all(tree, filter, 1 + random.below(5)), wanted) << filter << " at step " << step;
    }
    for (const auto& [topic, value] : expected) tree.erase(topic);
    EXPECT_EQ(tree.node_count(), 0U);
}

// The rule in retained_tree.h, with several walks under way while topics come and go.
TEST(RetainedTree, AWalkGivesATopicThatStaysExactlyOnceWhateverElseHappens) {
    Random random(test_seed());
    for (int round = 0; round < 300; ++round) {
        Tree tree(random.next());
        std::set<std::string> stays;
        std::set<std::string> present;
        for (std::uint64_t i = random.below(60); i > 0; --i) {
            const std::string topic = random_topic(random);
            tree.set(topic, text(topic));
            present.insert(topic);
            if (random.below(2) == 0) stays.insert(topic);
        }
        struct Started {
            std::string filter;
            Tree::Walk walk;
            std::multiset<std::string> given;
        };
        std::vector<Started> walks;
        for (int i = 0; i < 3; ++i) {
            std::string filter = random_filter(random);
            auto walk = tree.walk(filter);
            walks.push_back({std::move(filter), std::move(walk), {}});
        }
        std::set<std::string> ever = present;
        for (bool busy = true; busy;) {
            busy = false;
            for (Started& started : walks) {
                started.walk.next(random.below(3), [&](const Text& value) { started.given.insert(*value); });
                busy = busy || !started.walk.done();
            }
            const std::string topic = random_topic(random);
            if (random.below(2) == 0) {
                tree.set(topic, text(topic));
                ever.insert(topic);
            } else if (!stays.contains(topic)) {
                tree.erase(topic);
            }
        }
        for (const Started& started : walks) {
            for (const std::string& topic : ever) {
                const std::size_t given = started.given.count(topic);
                ASSERT_LE(given, mqtt::matches(started.filter, topic) ? 1U : 0U)
                    << topic << " " << started.filter;
                if (stays.contains(topic)) {
                    ASSERT_EQ(given, mqtt::matches(started.filter, topic) ? 1U : 0U) << topic;
                }
            }
        }
        walks.clear();
        for (const std::string& topic : ever) tree.erase(topic);
        ASSERT_EQ(tree.node_count(), 0U);
    }
}

TEST(RetainedTree, AMillionSetAndErasedLeaveNothingBehind) {
    Tree tree(1);
    const Text value = text("x");
    for (std::uint32_t i = 0; i < 1'000'000; ++i) {
        tree.set("t/" + std::to_string(i), value);
        if (i >= 1000) tree.erase("t/" + std::to_string(i - 1000));
    }
    EXPECT_EQ(tree.size(), 1000U);
    EXPECT_EQ(tree.node_count(), 1001U);
    EXPECT_LT(tree.memory_bytes(), 1'000'000U);
}

}  // namespace
}  // namespace dray::topics
