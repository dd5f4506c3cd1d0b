#include <gtest/gtest.h>

#include "topics/subscription_tree.h"

namespace dray::topics {
namespace {

class SharedGroupTest : public testing::Test {
  protected:
    void join(MemberId id) { tree_.join("g", "a", {.id = id}); }
    void join_all(std::initializer_list<MemberId> ids) {
        for (const MemberId id : ids) join(id);
    }
    void leave(MemberId id) { tree_.leave("g", "a", id); }
    // Who gets the next `count` messages when those in `unable` take none; '-' where nobody can.
    std::string turns(int count, const std::string& unable = "") {
        SharedGroup& group = *tree_.find_group("g", "a");
        std::string order;
        while (count-- > 0) {
            const GroupMember* member = group.next_member([&](const GroupMember& candidate) {
                return unable.find(static_cast<char>('0' + candidate.id)) == std::string::npos;
            });
            order += member ? static_cast<char>('0' + member->id) : '-';
        }
        return order;
    }
    SubscriptionTree tree_{1};
};

TEST_F(SharedGroupTest, MembersTakeTurns) {
    join_all({1, 2, 3});
    EXPECT_EQ(turns(7), "1231231");
}

TEST_F(SharedGroupTest, WhoCannotTakeAMessageIsPassedOver) {
    join_all({1, 2, 3});
    EXPECT_EQ(turns(4, "2"), "1313");
    EXPECT_EQ(turns(2, "123"), "--");
}

TEST_F(SharedGroupTest, LeavingKeepsTheTurnOfTheOthers) {
    join_all({1, 2, 3, 4});
    EXPECT_EQ(turns(2), "12");
    leave(1);
    EXPECT_EQ(turns(3), "342");
    leave(3);
    EXPECT_EQ(turns(2), "42");
    leave(4);
    EXPECT_EQ(turns(2), "22");
}

TEST_F(SharedGroupTest, WhoJoinsLateGetsATurn) {
    join(1);
    EXPECT_EQ(turns(2), "11");
    join(2);
    EXPECT_EQ(turns(3), "121");
}

TEST_F(SharedGroupTest, JoiningTwiceChangesTheOptionsOnly) {
    EXPECT_TRUE(tree_.join("g", "a", {.id = 1}).is_new);
    EXPECT_FALSE(tree_.join("g", "a", {.id = 1, .subscription_id = 9}).is_new);
    ASSERT_EQ(tree_.find_group("g", "a")->members().size(), 1U);
    EXPECT_EQ(tree_.find_group("g", "a")->members()[0].subscription_id, 9U);
}

TEST_F(SharedGroupTest, TheLastMemberTakesTheGroupAlong) {
    join(1);
    join(2);
    leave(1);
    ASSERT_NE(tree_.find_group("g", "a"), nullptr);
    leave(2);
    EXPECT_EQ(tree_.find_group("g", "a"), nullptr);
    EXPECT_EQ(tree_.node_count(), 0U);
    EXPECT_FALSE(tree_.leave("g", "a", 2).existed);
}

TEST_F(SharedGroupTest, GroupsOfOneFilterAreApart) {
    tree_.join("g", "a/+", {.id = 1});
    tree_.join("h", "a/+", {.id = 2});
    tree_.join("g", "a/b", {.id = 3});
    MatchResult match;
    tree_.match("a/b", match);
    std::string found;
    for (const GroupId id : match.groups) {
        found += tree_.group(id).name() + std::to_string(tree_.group(id).members()[0].id) + " ";
    }
    EXPECT_EQ(match.groups.size(), 3U) << found;
    tree_.leave("h", "a/+", 2);
    tree_.match("a/b", match);
    EXPECT_EQ(match.groups.size(), 2U);
}

TEST_F(SharedGroupTest, AGroupMakesItsShardATakerLikeASubscriberDoes) {
    EXPECT_TRUE(tree_.join("g", "a", {.id = 1}).is_first_local_for_filter);
    EXPECT_FALSE(tree_.subscribe("a", {.session = 5}).is_first_local_for_filter);
    EXPECT_FALSE(tree_.leave("g", "a", 1).was_last_local_for_filter);
    EXPECT_TRUE(tree_.unsubscribe("a", 5).was_last_local_for_filter);
}

}  // namespace
}  // namespace dray::topics
