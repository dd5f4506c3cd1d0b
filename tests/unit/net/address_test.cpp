#include "net/address.h"

#include <gtest/gtest.h>

namespace dray::net {
namespace {

Address address_of(std::string_view text) {
    const auto where = HostPort::parse(text);
    EXPECT_TRUE(where.has_value()) << text;
    const auto address = resolve(*where);
    EXPECT_TRUE(address.has_value()) << text;
    return *address;
}

TEST(Addresses, AreReadAndShown) {
    for (const char* text : {"127.0.0.1:1883", "0.0.0.0:0", "[::1]:8083", "[::]:65535"}) {
        EXPECT_EQ(address_of(text).to_text(), text);
    }
}

TEST(Addresses, ThatAreLoopbackAreKnown) {
    EXPECT_TRUE(address_of("127.0.0.1:1").is_of_this_machine());
    EXPECT_TRUE(address_of("127.9.8.7:1").is_of_this_machine());
    EXPECT_TRUE(address_of("[::1]:1").is_of_this_machine());
    EXPECT_FALSE(address_of("0.0.0.0:1").is_of_this_machine());
    EXPECT_FALSE(address_of("[::]:1").is_of_this_machine());
    EXPECT_FALSE(address_of("10.0.0.1:1").is_of_this_machine());
}

TEST(Addresses, ShareLimitsWithTheirNetwork) {
    const auto origin = [](std::string_view text) { return address_of(text).origin(); };
    EXPECT_EQ(origin("192.0.2.7:1"), origin("192.0.2.7:2"));
    EXPECT_NE(origin("192.0.2.7:1"), origin("192.0.2.8:1"));
    EXPECT_EQ(origin("192.0.2.7:1"), origin("[::ffff:192.0.2.7]:1"));
    EXPECT_EQ(origin("[2001:db8:1:2::3]:1"), origin("[2001:db8:1:2:ffff::4]:1"));
    EXPECT_NE(origin("[2001:db8:1:2::3]:1"), origin("[2001:db8:1:3::3]:1"));
    EXPECT_NE(origin("[::1]:1"), 0u);
    EXPECT_EQ(bind_address("unix:/run/dray.sock")->origin(), 0u);
}

TEST(Addresses, ThatAreWrongAreRefusedWithAHint) {
    for (const char* text : {"", "1883", ":1883", "host", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
                             "127.0.0.1:-1", "::1:1883", "127.0.0.1:1883x"}) {
        const auto where = HostPort::parse(text);
        ASSERT_FALSE(where.has_value()) << text;
        EXPECT_NE(where.error().what, "") << text;
    }
}

TEST(Addresses, AnUnknownNameIsNamed) {
    const auto address = resolve(HostPort{"no-such-host.invalid", 1});
    ASSERT_FALSE(address.has_value());
    EXPECT_NE(address.error().what.find("no-such-host.invalid"), std::string::npos);
}

}  // namespace
}  // namespace dray::net
