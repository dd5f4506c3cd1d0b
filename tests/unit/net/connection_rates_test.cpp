// How often clients may connect: the counting, and what becomes of those who come too fast.
#include "net/connection_rates.h"

#include <gtest/gtest.h>

#include "real_broker.h"

namespace dray::net {
namespace {

using namespace std::chrono_literals;
using test::connect_packet;
using test::kConnackBytes;
using test::RawClient;
using test::RealBroker;

constexpr Instant kStart{1'700'000'000'000};
constexpr Instant kInTheFuture{4'000'000'000'000};  // what came then leaves no room for long

TEST(AddressRates, CountEachAddressForItself) {
    AddressRates rates(2);
    EXPECT_TRUE(rates.take(1, kStart));
    EXPECT_TRUE(rates.take(1, kStart));
    EXPECT_FALSE(rates.take(1, kStart));
    EXPECT_TRUE(rates.take(2, kStart));
    EXPECT_FALSE(rates.take(1, kStart + 499ms));
    EXPECT_TRUE(rates.take(1, kStart + 500ms));
}

TEST(AddressRates, DoNotCountWhoHasNone) {
    AddressRates rates(1);
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(rates.take(0, kStart));
}

TEST(AddressRates, RememberABoundedNumber) {
    AddressRates rates(1);
    for (std::uint64_t origin = 1; origin <= AddressRates::kAddressesMax; ++origin)
        ASSERT_TRUE(rates.take(origin, kStart));
    EXPECT_TRUE(rates.take(AddressRates::kAddressesMax + 1, kStart));
    EXPECT_TRUE(rates.take(7, kStart + 1s));
}

TEST(ListenerRate, TellsWhenTheNextMayBeAccepted) {
    ListenerRate rate(2);
    EXPECT_LE(rate.welcome_at(), kStart);
    rate.count(kStart);
    EXPECT_LE(rate.welcome_at(), kStart);
    rate.count(kStart);
    EXPECT_EQ(rate.welcome_at(), kStart + 500ms);
}

class ConnectionRates : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(OneAndFourShards, ConnectionRates, testing::Values(1, 4));

TEST_P(ConnectionRates, TurnAwayWhoComesTooOftenFromOneAddress) {
    ListenerOptions options;
    options.allow_anonymous = true;
    options.address_rates = std::make_shared<AddressRates>(1);
    RealBroker broker(GetParam(), {}, {}, {options});
    ASSERT_TRUE(options.address_rates->take(broker.mqtt().origin(), kInTheFuture));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(RawClient(broker.listener(0)).receive_to_end(), "");
    RawClient elsewhere(broker.mqtt());
    elsewhere.send(connect_packet("elsewhere"));
    EXPECT_EQ(elsewhere.receive(4), kConnackBytes);
}

TEST_P(ConnectionRates, LetClientsWaitWhoComeTooFast) {
    ListenerOptions options;
    options.allow_anonymous = true;
    options.rate = std::make_shared<ListenerRate>(20);
    RealBroker broker(GetParam(), {}, {}, {options});
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 40; ++i) {
        clients.push_back(std::make_unique<RawClient>(broker.listener(0)));
        clients.back()->send(connect_packet("client-" + std::to_string(i)));
    }
    for (const auto& client : clients) EXPECT_EQ(client->receive(4), kConnackBytes);
    // Twenty at once, then twenty in a second.
    EXPECT_GE(std::chrono::steady_clock::now() - start, 500ms);
}

}  // namespace
}  // namespace dray::net
