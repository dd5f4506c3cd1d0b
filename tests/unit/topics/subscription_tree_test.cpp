#include "topics/subscription_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "mqtt/topic.h"
#include "random_topics.h"

namespace dray::topics {
namespace {

std::vector<SessionIndex> sessions(const SubscriptionTree& tree, std::string_view topic) {
    MatchResult match;
    tree.match(topic, match);
    std::vector<SessionIndex> found;
    for (const Subscriber& subscriber : match.subscribers) found.push_back(subscriber.session);
    std::sort(found.begin(), found.end());
    return found;
}
using Sessions = std::vector<SessionIndex>;

TEST(SubscriptionTree, WildcardsTakeWhatTheSpecificationSays) {
    SubscriptionTree tree(1);
    const char* filters[] = {"a/b", "a/+", "+/b", "#", "a/#", "a/b/#", "+", "+/+", "/", "+/", "/+", "a//b"};
    for (SessionIndex i = 0; i < std::size(filters); ++i) tree.subscribe(filters[i], {.session = i});
    EXPECT_EQ(sessions(tree, "a/b"), (Sessions{0, 1, 2, 3, 4, 5, 7}));
    EXPECT_EQ(sessions(tree, "a"), (Sessions{3, 4, 6}));
    EXPECT_EQ(sessions(tree, "/"), (Sessions{3, 7, 8, 9, 10}));
    EXPECT_EQ(sessions(tree, "a/"), (Sessions{1, 3, 4, 7, 9}));
    EXPECT_EQ(sessions(tree, "a//b"), (Sessions{3, 4, 11}));
    EXPECT_EQ(sessions(tree, "a/b/c"), (Sessions{3, 4, 5}));
}

TEST(SubscriptionTree, WildcardsInTheFirstLevelTakeNoDollarTopics) {
    SubscriptionTree tree(1);
    tree.subscribe("#", {.session = 0});
    tree.subscribe("+/x", {.session = 1});
    tree.subscribe("$SYS/#", {.session = 2});
    tree.subscribe("$SYS/+", {.session = 3});
    tree.subscribe("a/+", {.session = 4});
    EXPECT_EQ(sessions(tree, "$SYS/x"), (Sessions{2, 3}));
    EXPECT_EQ(sessions(tree, "$SYS"), (Sessions{2}));
    EXPECT_EQ(sessions(tree, "a/$x"), (Sessions{0, 4}));
}

TEST(SubscriptionTree, AMatchCarriesOptionsAndIdentifierOfEachFilter) {
    SubscriptionTree tree(1);
    tree.subscribe("a", {.session = 1, .subscription_id = 7, .options = {.qos = mqtt::QoS::kAtLeastOnce}});
    tree.subscribe("+", {.session = 1, .subscription_id = 8, .options = {.no_local = true}});
    MatchResult match;
    tree.match("a", match);
    ASSERT_EQ(match.subscribers.size(), 2U);
    std::uint32_t ids = 0;
    for (const Subscriber& subscriber : match.subscribers) ids += subscriber.subscription_id;
    EXPECT_EQ(ids, 15U);
    EXPECT_EQ(tree.find("a", 1)->options.qos, mqtt::QoS::kAtLeastOnce);
    EXPECT_TRUE(tree.find("+", 1)->options.no_local);
    EXPECT_EQ(tree.find("a", 2), nullptr);
    EXPECT_EQ(tree.find("b", 1), nullptr);
}

TEST(SubscriptionTree, SubscribingAgainReplaces) {
    SubscriptionTree tree(1);
    const auto first = tree.subscribe("a/b", {.session = 1, .subscription_id = 1});
    EXPECT_TRUE(first.is_new && first.is_first_local_for_filter);
    const auto again = tree.subscribe("a/b", {.session = 1, .subscription_id = 2});
    EXPECT_FALSE(again.is_new || again.is_first_local_for_filter);
    const auto other = tree.subscribe("a/b", {.session = 2});
    EXPECT_TRUE(other.is_new);
    EXPECT_FALSE(other.is_first_local_for_filter);
    EXPECT_EQ(tree.subscription_count(), 2U);
    EXPECT_EQ(tree.find("a/b", 1)->subscription_id, 2U);
}

TEST(SubscriptionTree, TheLastToLeaveAFilterIsToldSo) {
    SubscriptionTree tree(1);
    tree.subscribe("a/b", {.session = 1});
    tree.subscribe("a/b", {.session = 2});
    EXPECT_FALSE(tree.unsubscribe("a", 1).existed);
    EXPECT_FALSE(tree.unsubscribe("a/b", 3).existed);
    const auto first = tree.unsubscribe("a/b", 1);
    EXPECT_TRUE(first.existed);
    EXPECT_FALSE(first.was_last_local_for_filter);
    const auto last = tree.unsubscribe("a/b", 2);
    EXPECT_TRUE(last.existed && last.was_last_local_for_filter);
    EXPECT_EQ(tree.node_count(), 0U);
    EXPECT_EQ(tree.subscription_count(), 0U);
}

TEST(SubscriptionTree, RoutesAreAddedUpAcrossFilters) {
    SubscriptionTree tree(1);
    EXPECT_TRUE(tree.add_route("a/#", 1));
    EXPECT_FALSE(tree.add_route("a/#", 1));
    EXPECT_TRUE(tree.add_route("a/b", 63));
    EXPECT_TRUE(tree.add_route("b", 2));
    MatchResult match;
    tree.match("a/b", match);
    EXPECT_EQ(match.remote_shards, std::uint64_t{1} << 63 | 2U);
    EXPECT_TRUE(match.subscribers.empty());
    EXPECT_TRUE(tree.remove_route("a/b", 63));
    EXPECT_FALSE(tree.remove_route("a/b", 63));
    tree.match("a/b", match);
    EXPECT_EQ(match.remote_shards, 2U);
    EXPECT_TRUE(tree.remove_route("a/#", 1));
    EXPECT_TRUE(tree.remove_route("b", 2));
    EXPECT_EQ(tree.node_count(), 0U);
}

TEST(SubscriptionTree, ARouteDoesNotCountAsLocal) {
    SubscriptionTree tree(1);
    tree.add_route("a", 3);
    EXPECT_TRUE(tree.subscribe("a", {.session = 1}).is_first_local_for_filter);
    EXPECT_TRUE(tree.unsubscribe("a", 1).was_last_local_for_filter);
    MatchResult match;
    tree.match("a", match);
    EXPECT_EQ(match.remote_shards, 8U);
}

// What was found for a topic stands until the tree changes, and no longer.
TEST(SubscriptionTree, ATopicThatIsMatchedAgainSeesEveryChange) {
    SubscriptionTree tree(1);
    MatchResult match;
    const auto found = [&] {
        tree.match("a", match);
        std::string text;
        for (const Subscriber& subscriber : match.subscribers)
            text += 's' + std::to_string(subscriber.subscription_id);
        for (std::size_t i = 0; i < match.groups.size(); ++i) text += 'g';
        for (std::uint64_t left = match.remote_shards; left != 0; left &= left - 1) text += 'r';
        return text;
    };
    EXPECT_EQ(found(), "");
    tree.subscribe("a", {.session = 1, .subscription_id = 1});
    EXPECT_EQ(found(), "s1");
    EXPECT_EQ(found(), "s1");
    tree.subscribe("a", {.session = 1, .subscription_id = 2});
    EXPECT_EQ(found(), "s2") << "it was replaced";
    tree.join("workers", "a", {.id = 1});
    EXPECT_EQ(found(), "s2g");
    tree.add_route("+", 3);
    EXPECT_EQ(found(), "s2gr");
    tree.remove_route("+", 3);
    EXPECT_EQ(found(), "s2g");
    tree.leave("workers", "a", 1);
    EXPECT_EQ(found(), "s2");
    tree.unsubscribe("a", 1);
    EXPECT_EQ(found(), "");
}

TEST(SubscriptionTree, OneResultServesManyTopicsAndTrees) {
    SubscriptionTree first(1);
    SubscriptionTree second(1);
    first.subscribe("a", {.session = 1});
    second.subscribe("a", {.session = 2});
    MatchResult match;
    first.match("a", match);
    second.match("a", match);
    ASSERT_EQ(match.subscribers.size(), 1U);
    EXPECT_EQ(match.subscribers.front().session, 2U);
    second.match("b", match);
    EXPECT_TRUE(match.empty());
    second.match("a", match);
    match.clear();
    second.match("a", match);
    EXPECT_EQ(match.subscribers.size(), 1U);
}

// Random filters come and go; every match is compared with mqtt::matches() over all of them.
TEST(SubscriptionTree, AgreesWithTryingEveryFilter) {
    Random random(test_seed());
    SubscriptionTree tree(random.next());
    std::map<std::string, std::map<SessionIndex, std::uint32_t>> expected;
    MatchResult match;
    for (std::uint32_t step = 1; step <= 10'000; ++step) {
        const std::string filter = random_filter(random);
        const auto session = static_cast<SessionIndex>(random.below(5));
        if (random.below(100) < ((step / 1000) % 2 == 0 ? 70U : 35U)) {
            const bool is_first = expected[filter].empty();
            const bool is_new = expected[filter].insert_or_assign(session, step).second;
            const auto added = tree.subscribe(filter, {.session = session, .subscription_id = step});
            ASSERT_EQ(added.is_new, is_new);
            ASSERT_EQ(added.is_first_local_for_filter, is_first);
        } else {
            const bool existed = expected.contains(filter) && expected[filter].erase(session) == 1;
            const bool is_last = existed && expected[filter].empty();
            if (expected.contains(filter) && expected[filter].empty()) expected.erase(filter);
            const auto removed = tree.unsubscribe(filter, session);
            ASSERT_EQ(removed.existed, existed) << filter;
            ASSERT_EQ(removed.was_last_local_for_filter, is_last) << filter;
        }
        const std::string topic = random_topic(random);
        std::multiset<std::uint32_t> wanted;
        for (const auto& [candidate, subscribers] : expected) {
            if (!mqtt::matches(candidate, topic)) continue;
            for (const auto& [who, id] : subscribers) wanted.insert(id);
        }
        std::multiset<std::uint32_t> found;
        tree.match(topic, match);
        for (const Subscriber& subscriber : match.subscribers) found.insert(subscriber.subscription_id);
        ASSERT_EQ(found, wanted) << topic << " at step " << step;
    }
    while (!expected.empty()) {
        auto& [filter, subscribers] = *expected.begin();
        ASSERT_TRUE(tree.unsubscribe(filter, subscribers.begin()->first).existed);
        subscribers.erase(subscribers.begin());
        if (subscribers.empty()) expected.erase(expected.begin());
    }
    EXPECT_EQ(tree.node_count(), 0U);
    EXPECT_EQ(tree.subscription_count(), 0U);
}

TEST(SubscriptionTree, AMillionComingAndGoingLeavesNothingBehind) {
    SubscriptionTree tree(1);
    constexpr std::uint32_t live = 1000;
    const auto filter = [](std::uint32_t i) { return "vehicle/" + std::to_string(i) + "/command"; };
    std::size_t after_warm_up = 0;
    for (std::uint32_t i = 0; i < 1'000'000; ++i) {
        tree.subscribe(filter(i), {.session = i});
        const bool is_full = i >= live;
        const bool left = is_full && tree.unsubscribe(filter(i - live), i - live).was_last_local_for_filter;
        ASSERT_EQ(left, is_full);
        if (i == 10 * live) after_warm_up = tree.memory_bytes();
    }
    EXPECT_EQ(tree.subscription_count(), live);
    EXPECT_EQ(tree.node_count(), 1 + 2 * live);
    EXPECT_LE(tree.memory_bytes(), after_warm_up);
}

TEST(SubscriptionTree, AClientWithOneFilterCostsWellUnder500Bytes) {
    SubscriptionTree tree(1);
    constexpr std::uint32_t clients = 100'000;
    for (std::uint32_t i = 0; i < clients; ++i) {
        tree.subscribe("vehicle/" + std::to_string(i) + "/command", {.session = i});
    }
    const std::size_t each = tree.memory_bytes() / clients;
    RecordProperty("bytes_per_client", static_cast<int>(each));
    EXPECT_LT(each, 300U);
}

// Removal from a filter with many subscribers must not look through them all: that would take minutes here.
TEST(SubscriptionTree, ManySubscribersOfOneFilterLeaveOneByOne) {
    SubscriptionTree tree(1);
    constexpr std::uint32_t count = 200'000;
    for (std::uint32_t i = 0; i < count; ++i) tree.subscribe("news", {.session = i});
    MatchResult match;
    tree.match("news", match);
    EXPECT_EQ(match.subscribers.size(), count);
    for (std::uint32_t i = 0; i < count; ++i) ASSERT_TRUE(tree.unsubscribe("news", i).existed);
    EXPECT_EQ(tree.node_count(), 0U);
}

}  // namespace
}  // namespace dray::topics
