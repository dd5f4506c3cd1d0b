#include "topics/subscriber_list.h"

#include <gtest/gtest.h>

#include <map>

#include "random_topics.h"

namespace dray::topics {
namespace {

TEST(SubscriberList, ASecondPutOfASessionReplacesTheFirst) {
    SubscriberList list;
    EXPECT_TRUE(list.put({.session = 7, .subscription_id = 1}));
    EXPECT_FALSE(list.put({.session = 7, .subscription_id = 2}));
    ASSERT_EQ(list.view().size(), 1U);
    EXPECT_EQ(list.view()[0].subscription_id, 2U);
}

TEST(SubscriberList, IsEmptyAgainWhenTheLastHasGone) {
    SubscriberList list;
    list.put({.session = 0});
    list.put({.session = 1});
    EXPECT_TRUE(list.remove(0));
    EXPECT_FALSE(list.remove(0));
    EXPECT_FALSE(list.empty());
    EXPECT_TRUE(list.remove(1));
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.memory_bytes(), 0U);
}

TEST(SubscriberList, AgreesWithAMapUnderRandomWork) {
    Random random(test_seed());
    SubscriberList list;
    std::map<SessionIndex, std::uint32_t> expected;
    for (std::uint32_t step = 1; step < 100'000; ++step) {
        // Waves: now mostly coming, now mostly going, down to none.
        const bool is_coming = random.below(10) < ((step / 3000) % 2 == 0 ? 8U : 1U);
        const auto session = static_cast<SessionIndex>(random.below(200));
        if (is_coming) {
            EXPECT_EQ(list.put({.session = session, .subscription_id = step}),
                      expected.insert_or_assign(session, step).second);
        } else {
            EXPECT_EQ(list.remove(session), expected.erase(session) == 1);
        }
        const Subscriber* found = list.find(session);
        ASSERT_EQ(found != nullptr, is_coming);
        ASSERT_EQ(list.view().size(), expected.size());
        if (step % 50 != 0) continue;
        for (const Subscriber& subscriber : list.view()) {
            ASSERT_EQ(expected.at(subscriber.session), subscriber.subscription_id);
        }
    }
}

}  // namespace
}  // namespace dray::topics
