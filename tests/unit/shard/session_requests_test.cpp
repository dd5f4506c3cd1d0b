// What is told of sessions, subscriptions and topics to whoever asks from outside.
#include "shard/session_requests.h"

#include <set>
#include <vector>

#include "shard/topic_counts.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

using shard::SessionReply;
using shard::SessionRequest;

DRAY_EACH_SHARD_COUNT(SessionRequests);

// Everything that the pages of all shards have, each entry as text.
template <typename Action, typename Entries>
std::vector<std::string> all_pages(World& world, shard::ShardIndex shards, Action action, Entries entries) {
    std::vector<std::string> found;
    for (shard::ShardIndex i = 0; i < shards; ++i) {
        action.from = {};
        for (bool is_more = true; is_more;) {
            const auto reply = world.ask<SessionReply>(i, SessionRequest{7, action});
            EXPECT_EQ(reply.ticket, 7U);
            const std::vector<std::string> page = entries(reply);
            EXPECT_LE(page.size(), action.count_max);
            found.insert(found.end(), page.begin(), page.end());
            is_more = reply.next.has_value();
            if (is_more) action.from = *reply.next;
        }
    }
    return found;
}

TEST_P(SessionRequests, PagesHaveEverySubscriptionOnceWhateverTheirSize) {
    World world(options());
    std::set<std::string> expected;
    for (int i = 0; i < 9; ++i) {
        const std::string name = "c" + std::to_string(i);
        Client& client = world.client(name).sends(connect_again(name)).gets(connack());
        for (int j = 0; j < i % 4; ++j) {  // some have none
            const std::string filter = "a/" + std::to_string(j);
            client.sends(subscribe(j + 1, filter, 1)).gets(suback(j + 1, 1));
            expected.insert(name + ' ' + filter);
        }
    }
    world.client("c3").drops();  // a gap in the table
    world.client("c3").sends(connect("c3")).gets(connack()).drops();
    for (int j = 0; j < 3; ++j) expected.erase("c3 a/" + std::to_string(j));
    for (const std::uint32_t count : {1U, 2U, 100U}) {
        shard::ListSubscriptions list;
        list.count_max = count;
        const auto found = all_pages(world, GetParam(), list, [](const SessionReply& reply) {
            std::vector<std::string> page;
            for (const auto& each : reply.subscriptions) page.push_back(each.client_id + ' ' + each.filter);
            return page;
        });
        EXPECT_EQ(std::set<std::string>(found.begin(), found.end()), expected) << "pages of " << count;
        EXPECT_EQ(found.size(), expected.size());
    }
}

TEST_P(SessionRequests, WhoDoesNotReadIsBehind) {
    World world(options());
    world.client("slow").sends(connect("slow")).gets(connack());
    world.client("slow").sends(subscribe(1, "a", 1)).gets(suback(1, 1)).stops_reading();
    world.client("p").sends(connect("p")).gets(connack());
    world.client("p").sends(publish("a", std::string(1000, 'x'), 1, 1)).gets(puback(1));
    shard::ListSessions behind;
    behind.state = shard::SessionState::kBehind;
    const auto names = [](const SessionReply& reply) {
        std::vector<std::string> page;
        for (const auto& each : reply.sessions) page.push_back(each.client_id);
        return page;
    };
    EXPECT_EQ(all_pages(world, GetParam(), behind, names), std::vector<std::string>{"slow"});
    world.client("slow").reads_again().takes_all();
    EXPECT_TRUE(all_pages(world, GetParam(), behind, names).empty());
}

TEST_P(SessionRequests, AnEndedSessionStaysAwayAfterACrash) {
    WorldOptions with_disk = options();
    with_disk.disk = Disk::kByItself;
    World world(with_disk);
    world.client("c").sends(connect_again("c", kV5)).gets(connack());
    const auto home = shard::home_of_session("c", GetParam());
    EXPECT_TRUE(world.ask<SessionReply>(home, SessionRequest{1, shard::EndSession{"c"}}).is_found);
    EXPECT_EQ(world.client("c").takes<mqtt::Disconnect>().reason, ReasonCode::kAdministrativeAction);
    world.client("c").is_closed();
    world.crash(GetParam());
    EXPECT_FALSE(world.ask<SessionReply>(home, SessionRequest{2, shard::FindSession{"c"}}).is_found);
}

TEST(TopicCounts, CountForEveryLevelAboveThemWhileSomebodyAsks) {
    shard::TopicCounts counts;
    const Instant start{1'000'000};
    counts.count("a/b", 1, start);  // nobody has asked
    EXPECT_TRUE(counts.ask({1, {}}, start).topics.empty());
    counts.count("a/b", 10, start);
    counts.count("a/c/d", 5, start);
    counts.count("a!", 1, start);  // sorts between "a" and "a/b"
    counts.count("/x", 1, start);  // its first level is empty
    const auto top = counts.ask({2, {}}, start + 1s);
    ASSERT_EQ(top.topics.size(), 3U);
    EXPECT_EQ(top.topics[0].topic, "");
    EXPECT_EQ(top.topics[1].topic, "a");
    EXPECT_EQ(top.topics[1].messages, 2U);
    EXPECT_EQ(top.topics[1].bytes, 15U);
    EXPECT_TRUE(top.topics[1].has_more);
    EXPECT_FALSE(top.topics[2].has_more);
    EXPECT_EQ(top.counted_ms, 1000U);
    const auto below = counts.ask({3, "a"}, start + 1s);
    ASSERT_EQ(below.topics.size(), 2U);
    EXPECT_EQ(below.topics[1].topic, "a/c");
    EXPECT_EQ(counts.ask({4, ""}, start).topics[0].topic, "/x");
    const Instant later = start + 1s + std::chrono::milliseconds(shard::TopicCounts::kKeptMs + 1);
    EXPECT_TRUE(counts.ask({5, {}}, later).topics.empty()) << "nobody had asked for so long";
}

TEST(TopicCounts, HaveALimit) {
    shard::TopicCounts counts;
    const Instant now{1'000'000};
    counts.ask({1, {}}, now);
    for (std::size_t i = 0; i < 2 * shard::TopicCounts::kTopicsMax; ++i)
        counts.count("a/" + std::to_string(i), 1, now);
    counts.count(std::string(shard::TopicCounts::kTopicBytesMax + 1, 'x'), 1, now);
    const auto below = counts.ask({2, "a"}, now);
    EXPECT_TRUE(below.is_full);
    EXPECT_EQ(below.topics.size(), shard::TopicCounts::kTopicsMax - 1);
    const auto top = counts.ask({3, {}}, now);
    ASSERT_EQ(top.topics.size(), 1U);
    EXPECT_EQ(top.topics[0].messages, 2 * shard::TopicCounts::kTopicsMax)
        << "the level above counts them all";
}

}  // namespace
}  // namespace dray::test
