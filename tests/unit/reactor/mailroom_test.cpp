#include "reactor/mailroom.h"

#include <gtest/gtest.h>

#include <thread>

#include "each_poller.h"
#include "reactor/poller.h"

namespace dray::reactor {
namespace {

using namespace std::chrono_literals;

class Deaf final : public EventSource {
    void on_events(std::uint32_t) override {}
};

Mail number(std::uint64_t value) {
    return shard::ShardMessage(shard::Confirm{{value}});
}

std::uint64_t number_of(const Mail& mail) {
    return std::get<shard::Confirm>(std::get<shard::ShardMessage>(mail)).tickets.front();
}

TEST(Mailroom, MailArrivesInOrderAndSaysFromWhom) {
    Mailroom mailroom(3);
    mailroom.send(0, 2, number(1));
    mailroom.send(0, 2, number(2));
    mailroom.send(1, 2, number(3));
    mailroom.deliver(0);
    mailroom.deliver(1);
    std::vector<std::pair<int, std::uint64_t>> got;
    mailroom.take(2, [&](shard::ShardIndex from, Mail&& mail) { got.emplace_back(from, number_of(mail)); });
    EXPECT_EQ(got, (std::vector<std::pair<int, std::uint64_t>>{{0, 1}, {0, 2}, {1, 3}}));
}

TEST(Mailroom, WithMailInTheBoxNobodyMaySleep) {
    Mailroom mailroom(2);
    EXPECT_TRUE(mailroom.may_sleep(1));
    mailroom.woken(1);
    mailroom.send(0, 1, number(1));
    EXPECT_TRUE(mailroom.may_sleep(1)) << "it is not delivered yet";
    mailroom.woken(1);
    mailroom.deliver(0);
    EXPECT_FALSE(mailroom.may_sleep(1));
}

TEST(Mailroom, AlsoCarriesWhatIsAskedFromOutside) {
    for (const shard::ShardIndex shards : {shard::ShardIndex{1}, shard::ShardIndex{2}}) {
        Mailroom mailroom(shards);
        const auto last = static_cast<shard::ShardIndex>(shards - 1);
        mailroom.send(shard::kOutside, last, number(1));
        mailroom.deliver(shard::kOutside);
        EXPECT_FALSE(mailroom.may_sleep(last));
        mailroom.take(last, [&](shard::ShardIndex from, Mail&& mail) {
            EXPECT_EQ(from, shard::kOutside);
            mailroom.send(last, from, number(number_of(mail) + 1));
        });
        EXPECT_TRUE(mailroom.may_sleep(last));
        EXPECT_TRUE(mailroom.may_sleep(shard::kOutside));
        mailroom.deliver(last);
        EXPECT_FALSE(mailroom.may_sleep(shard::kOutside));
        std::vector<std::pair<int, std::uint64_t>> got;
        mailroom.take(shard::kOutside,
                      [&](shard::ShardIndex from, Mail&& mail) { got.emplace_back(from, number_of(mail)); });
        EXPECT_EQ(got, (std::vector<std::pair<int, std::uint64_t>>{{last, 2}}));
    }
}

class Bells : public EachPoller {};
INSTANTIATE_TEST_SUITE_P(With, Bells, kEachPoller, name_of_poller);

TEST_P(Bells, WhoHasActedForASleeperWakesItForWhatCameMeanwhile) {
    Mailroom mailroom(3);
    const auto poller = make();
    Deaf bell;
    ASSERT_FALSE(poller->add(mailroom.bell(2), bell, EPOLLIN | EPOLLET));
    const auto rings = [&] { return !poller->await(0ms).empty(); };
    EXPECT_FALSE(mailroom.borrow(2)) << "it is awake";
    ASSERT_TRUE(mailroom.may_sleep(2));
    ASSERT_TRUE(mailroom.borrow(2));
    mailroom.give_back(2, false);
    EXPECT_FALSE(rings());
    ASSERT_TRUE(mailroom.borrow(2));
    mailroom.send(1, 2, number(1));
    mailroom.deliver(1);
    EXPECT_FALSE(rings()) << "somebody acts for it";
    mailroom.give_back(2, false);
    EXPECT_TRUE(rings());
    EXPECT_FALSE(mailroom.borrow(2)) << "it is on its way";
    mailroom.woken(2);
    mailroom.take(2, [](shard::ShardIndex, Mail&&) {});
    ASSERT_TRUE(mailroom.may_sleep(2));
    ASSERT_TRUE(mailroom.borrow(2));
    mailroom.give_back(2, true);
    EXPECT_TRUE(rings()) << "it has something to do itself";
}

TEST_P(Bells, ASenderThatHasSeenToTheMailRingsNoBell) {
    Mailroom mailroom(2);
    const auto poller = make();
    Deaf bell;
    ASSERT_FALSE(poller->add(mailroom.bell(1), bell, EPOLLIN | EPOLLET));
    ASSERT_TRUE(mailroom.may_sleep(1));
    mailroom.send(0, 1, number(7));
    mailroom.send(0, 1, number(8));
    mailroom.deliver(0, [&](shard::ShardIndex to, std::uint64_t mails) {
        EXPECT_EQ(mails, 2U);
        if (!mailroom.borrow(to)) return false;
        mailroom.take(to, [](shard::ShardIndex, Mail&&) {});
        mailroom.give_back(to, false);
        return true;
    });
    EXPECT_TRUE(poller->await(0ms).empty());
    mailroom.send(0, 1, number(9));
    mailroom.deliver(0);
    EXPECT_FALSE(poller->await(0ms).empty());
}

// Two threads that send one number to and fro, and sleep whenever they may: a lost bell would let both sleep
// until the deadline.
TEST_P(Bells, NoBellIsEverLost) {
    constexpr std::uint64_t kRounds = 20'000;
    Mailroom mailroom(2);
    bool overslept[2] = {false, false};
    const auto play = [&](shard::ShardIndex me) {
        const auto poller = make();
        Deaf bell;
        if (poller->add(mailroom.bell(me), bell, EPOLLIN | EPOLLET)) return;
        const auto other = static_cast<shard::ShardIndex>(1 - me);
        std::uint64_t last = 0;
        if (me == 0) {
            mailroom.send(me, other, number(1));
            mailroom.deliver(me);
        }
        while (last + 2 <= kRounds && !overslept[me]) {
            bool slept_through = false;
            if (mailroom.may_sleep(me)) slept_through = poller->await(30s).empty();
            mailroom.woken(me);
            bool any = false;
            mailroom.take(me, [&](shard::ShardIndex, Mail&& mail) {
                any = true;
                last = number_of(mail);
                mailroom.send(me, other, number(last + 1));
            });
            overslept[me] = slept_through && !any && last + 2 <= kRounds;
            mailroom.deliver(me);
        }
    };
    std::thread first(play, shard::ShardIndex{0});
    std::thread second(play, shard::ShardIndex{1});
    first.join();
    second.join();
    EXPECT_FALSE(overslept[0]);
    EXPECT_FALSE(overslept[1]);
}

}  // namespace
}  // namespace dray::reactor
