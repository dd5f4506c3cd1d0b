// What becomes of MQTT 5.0's properties on the other side.
#include <gtest/gtest.h>

#include "sink/amqp_message.h"
#include "sink/kafka_headers.h"

namespace dray::sink {
namespace {

using mqtt::PropertyId;

constexpr std::size_t kFrame = 131'072;

Record record(const mqtt::PropertyList& properties) {
    return {.ticket = 1,
            .topic = "orders/17/paid",
            .payload = as_bytes("x"),
            .properties = properties.view(),
            .offset = 42,
            .at = Instant{1'700'000'000'999}};
}

mqtt::PropertyList of_every_kind() {
    mqtt::PropertyList list;
    list.add(PropertyId::kPayloadFormatIndicator, 1u);
    list.add(PropertyId::kMessageExpiryInterval, 60u);
    list.add(PropertyId::kContentType, "application/json");
    list.add(PropertyId::kResponseTopic, "answers/7");
    list.add(PropertyId::kCorrelationData, "id-1");
    list.add_user("colour", "red");
    list.add_user("colour", "blue");
    list.add_user("stream-offset", "42");
    return list;
}

std::string text(const std::vector<KafkaHeader>& headers) {
    std::string all;
    for (const KafkaHeader& header : headers) all += std::string(header.name) + '=' + header.value + ' ';
    return all;
}

TEST(KafkaHeaders, HaveAllThatTheMessageHad) {
    const mqtt::PropertyList properties = of_every_kind();
    EXPECT_EQ(text(kafka_headers(record(properties))),
              "mqtt-topic=orders/17/paid mqtt-content-type=application/json mqtt-response-topic=answers/7 "
              "mqtt-correlation-data=id-1 mqtt-message-expiry-interval=60 mqtt-payload-format-indicator=1 "
              "colour=red colour=blue stream-offset=42 ");
    EXPECT_EQ(text(kafka_headers(record({}))), "mqtt-topic=orders/17/paid ");
}

TEST(AmqpProperties, HaveAllThatTheMessageHad) {
    const mqtt::PropertyList properties = of_every_kind();
    const auto message = amqp_message(record(properties), "events", kFrame);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->message_id, "events:42");
    EXPECT_EQ(message->content_type, "application/json");
    EXPECT_EQ(message->content_encoding, "utf-8");
    EXPECT_EQ(message->reply_to, "answers/7");
    EXPECT_EQ(message->correlation_id, "id-1");
    EXPECT_EQ(message->expiration, "60000");
    EXPECT_EQ(message->timestamp_s, 1'700'000'000u);
    ASSERT_EQ(message->headers.size(), 3u);
    EXPECT_EQ(message->headers[0].name, "mqtt-topic");
    EXPECT_EQ(message->headers[1].values, (std::vector<std::string_view>{"red", "blue"}));
    EXPECT_EQ(message->headers[2].name, "stream-offset");
}

TEST(AmqpProperties, WhatDoesNotFitTheirPlaceBecomesAHeader) {
    mqtt::PropertyList properties;
    const std::string is_long(256, 'x');
    properties.add(PropertyId::kContentType, is_long);
    properties.add(PropertyId::kResponseTopic, is_long);
    properties.add(PropertyId::kCorrelationData, "\xFF\x01");
    properties.add(PropertyId::kMessageExpiryInterval, 5'000'000u);
    const auto message = amqp_message(record(properties), "events", kFrame);
    ASSERT_TRUE(message);
    EXPECT_FALSE(message->content_type || message->reply_to || message->correlation_id ||
                 message->expiration);
    ASSERT_EQ(message->headers.size(), 4u);
    EXPECT_EQ(message->headers[3].name, "mqtt-correlation-data");
    EXPECT_EQ(message->headers[3].values.front(), "\xFF\x01");
}

TEST(AmqpProperties, WhatAmqpCannotSayIsRefused) {
    mqtt::PropertyList name;
    name.add_user(std::string(256, 'n'), "v");
    EXPECT_EQ(amqp_message(record(name), "events", kFrame).error().what,
              "the name of a user property has more than 255 bytes");
    mqtt::PropertyList much;
    for (int i = 0; i < 4; ++i) much.add_user("n", std::string(40'000, 'v'));
    EXPECT_EQ(amqp_message(record(much), "events", kFrame).error().what,
              "its properties are too long for a frame of AMQP");
}

TEST(AmqpProperties, AMessageThatComesBackIsKnownByItsId) {
    EXPECT_EQ(offset_of_message_id("events:42"), 42u);
    EXPECT_EQ(offset_of_message_id("a:b:7"), 7u);
    EXPECT_EQ(offset_of_message_id("42"), 0u);
    EXPECT_EQ(offset_of_message_id(""), 0u);
}

}  // namespace
}  // namespace dray::sink
