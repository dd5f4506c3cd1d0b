// How long those wait who have failed to log in too often.
#include "shard/failed_logins.h"

#include <gtest/gtest.h>

namespace dray::shard {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kEve = 7;
constexpr std::uint64_t kAnn = 8;
constexpr Instant kStart{1'000'000};

FailedLogins patient() {
    return FailedLogins({.failures_max = 3, .delay_ms = 1000, .delay_ms_max = 10'000});
}

void fail(FailedLogins& logins, int times, Instant now) {
    for (int i = 0; i < times; ++i) logins.add(kEve, now);
}

TEST(FailedLogins, HoldOffAfterOneTooMany) {
    FailedLogins logins = patient();
    fail(logins, 3, kStart);
    EXPECT_FALSE(logins.is_held_off(kEve, kStart));
    fail(logins, 1, kStart);
    EXPECT_TRUE(logins.is_held_off(kEve, kStart));
    EXPECT_TRUE(logins.is_held_off(kEve, kStart + 999ms));
    EXPECT_FALSE(logins.is_held_off(kEve, kStart + 1000ms));
    EXPECT_FALSE(logins.is_held_off(kAnn, kStart));
}

TEST(FailedLogins, WaitTwiceAsLongEachTimeUpToTheLongest) {
    FailedLogins logins = patient();
    fail(logins, 3, kStart);
    Instant now = kStart;
    for (const auto delay : {1000ms, 2000ms, 4000ms, 8000ms, 10'000ms, 10'000ms}) {
        fail(logins, 1, now);
        EXPECT_TRUE(logins.is_held_off(kEve, now + (delay - 1ms))) << delay.count();
        EXPECT_FALSE(logins.is_held_off(kEve, now + delay)) << delay.count();
        now = now + delay;
    }
}

TEST(FailedLogins, AreForgottenOneByOne) {
    FailedLogins soon = patient();
    fail(soon, 3, kStart);
    fail(soon, 1, kStart + 9'999ms);
    EXPECT_TRUE(soon.is_held_off(kEve, kStart + 10s));
    FailedLogins late = patient();
    fail(late, 3, kStart);
    fail(late, 2, kStart + 20s);
    EXPECT_FALSE(late.is_held_off(kEve, kStart + 20s));
    fail(late, 1, kStart + 20s);
    EXPECT_TRUE(late.is_held_off(kEve, kStart + 20s));
}

TEST(FailedLogins, AreForgottenAtOnceWhenTheLoginIsRight) {
    FailedLogins logins = patient();
    fail(logins, 3, kStart);
    logins.forget(kEve);
    fail(logins, 3, kStart);
    EXPECT_FALSE(logins.is_held_off(kEve, kStart));
}

TEST(FailedLogins, AreNotCountedWithoutALimit) {
    FailedLogins logins({.failures_max = 0, .delay_ms = 1000, .delay_ms_max = 10'000});
    fail(logins, 1000, kStart);
    EXPECT_FALSE(logins.is_held_off(kEve, kStart));
    EXPECT_EQ(logins.size(), 0u);
}

TEST(FailedLogins, TakeBoundedMemory) {
    FailedLogins logins = patient();
    for (std::uint64_t key = 0; key < FailedLogins::kEntriesMax + 10; ++key) logins.add(key, kStart);
    EXPECT_EQ(logins.size(), FailedLogins::kEntriesMax);
    logins.add(1'000'000, kStart + 10s);  // all others are forgotten by then
    EXPECT_EQ(logins.size(), 1u);
}

}  // namespace
}  // namespace dray::shard
