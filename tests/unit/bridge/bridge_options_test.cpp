#include "bridge/bridge_options.h"

#include <gtest/gtest.h>

namespace dray::bridge {
namespace {

BridgeOptions good() {
    BridgeOptions options;
    options.name = "north";
    options.address = "north.example.com:8883";
    options.topics.push_back({.filter = "orders/#"});
    return options;
}

std::string mistake(const BridgeOptions& options) {
    const auto found = find_mistake(options);
    return found ? found->option + ' ' + found->what : "";
}

TEST(BridgeOptions, AreCheckedAsAWhole) {
    EXPECT_EQ(mistake(good()), "");
    BridgeOptions options = good();
    options.name = "a/b";
    EXPECT_EQ(mistake(options), "name must be 1 to 200 bytes without '/', '+' and '#'");
    options = good();
    options.address = "north.example.com";
    EXPECT_EQ(mistake(options), "address must be HOST:PORT, for example 127.0.0.1:1883 or [::1]:1883");
    options = good();
    options.tls_settings.ca_file = "ca.pem";
    EXPECT_EQ(mistake(options), "tls must be true for ca_file and certificate_file to mean something");
    options = good();
    options.password_file = "password";
    EXPECT_EQ(mistake(options), "user is missing: it belongs to the password_file");
    options = good();
    options.topics.clear();
    EXPECT_EQ(mistake(options), "topics is missing: [[bridge.topics]] says what crosses");
}

TEST(BridgeOptions, NoTwoRulesTakeTheSame) {
    BridgeOptions options = good();
    options.topics.push_back({.filter = "orders/new", .direction = Direction::kIn});
    EXPECT_EQ(mistake(options), "topics.1.filter takes what topics.0 takes");
    options.topics[0].direction = Direction::kOut;
    EXPECT_EQ(mistake(options), "");
}

}  // namespace
}  // namespace dray::bridge
