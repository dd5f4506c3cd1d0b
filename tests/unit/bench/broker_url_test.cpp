#include "bench/broker_url.h"

#include <gtest/gtest.h>

#include "bench/failure.h"

namespace dray::bench {
namespace {

TEST(BrokerUrl, TheSchemeSaysTransportAndPort) {
    EXPECT_EQ(parse_broker_url("mqtt://127.0.0.1").url, "mqtt://127.0.0.1:1883");
    EXPECT_EQ(parse_broker_url("mqtts://127.0.0.1").url, "mqtts://127.0.0.1:8883");
    EXPECT_TRUE(parse_broker_url("mqtts://127.0.0.1").tls);
    const Broker broker = parse_broker_url("wss://[::1]:443/socket");
    EXPECT_TRUE(broker.tls);
    EXPECT_TRUE(broker.websocket);
    EXPECT_EQ(broker.host, "::1");
    EXPECT_EQ(broker.path, "/socket");
    EXPECT_EQ(parse_broker_url("ws://127.0.0.1:80").path, "/mqtt");
}

TEST(BrokerUrl, APasswordIsUsedAndNotRepeated) {
    const Broker broker = parse_broker_url("mqtt://brewer:a:b@127.0.0.1:1884");
    EXPECT_EQ(broker.user, "brewer");
    EXPECT_EQ(broker.password, "a:b");
    EXPECT_EQ(broker.url, "mqtt://127.0.0.1:1884");
}

TEST(BrokerUrl, WhatIsWrongIsSaid) {
    for (const char* wrong : {"", "127.0.0.1:1883", "http://127.0.0.1", "mqtt://", "mqtt://127.0.0.1:0x1",
                              "mqtt://127.0.0.1:99999", "mqtt://[::1"}) {
        EXPECT_THROW(parse_broker_url(wrong), Failure) << wrong;
    }
}

}  // namespace
}  // namespace dray::bench
