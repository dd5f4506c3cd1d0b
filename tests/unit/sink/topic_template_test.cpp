#include "sink/topic_template.h"

#include <gtest/gtest.h>

namespace dray::sink {
namespace {

std::string filled(std::string_view text, std::string_view topic, Letters letters = Letters::kAsTheyAre) {
    return TopicTemplate::parse(text, letters)->fill(topic);
}

std::string mistake(std::string_view text) {
    const auto parsed = TopicTemplate::parse(text, Letters::kAsTheyAre);
    return parsed ? "" : parsed.error().what;
}

TEST(TopicTemplate, PutsInTheTopicAndItsLevels) {
    EXPECT_EQ(filled("dray-{topic.0}", "orders/17/paid"), "dray-orders");
    EXPECT_EQ(filled("{topic}", "orders/17/paid"), "orders/17/paid");
    EXPECT_EQ(filled("{topic.2}.{topic.1}", "orders/17/paid"), "paid.17");
    EXPECT_EQ(filled("x", "orders"), "x");
    EXPECT_EQ(filled("", "orders"), "");
}

TEST(TopicTemplate, ALevelThatIsNotThereIsNothing) {
    EXPECT_EQ(filled("a{topic.3}b", "orders/17"), "ab");
    EXPECT_EQ(filled("a{topic.1}b", "/x"), "axb");
    EXPECT_EQ(filled("a{topic.0}b", "/x"), "ab");
}

TEST(TopicTemplate, WritesWhatItPutsInAsThePlaceWantsIt) {
    EXPECT_EQ(filled("a/{topic}", "orders/17 x", Letters::kDots), "a/orders.17 x");
    EXPECT_EQ(filled("{topic}", "orders/17 x/\xC3\xBC", Letters::kKafkaName), "orders.17_x.__");
}

TEST(TopicTemplate, SaysWhatIsWrong) {
    EXPECT_EQ(mistake("{topic"), "has a '{' without its '}'");
    EXPECT_EQ(mistake("topic}"), "has a '}' without its '{'");
    EXPECT_EQ(mistake("{client}"),
              "knows {topic} and its levels {topic.0}, {topic.1}, ... only, not {client}");
    EXPECT_EQ(mistake("{topic.}"),
              "knows {topic} and its levels {topic.0}, {topic.1}, ... only, not {topic.}");
    EXPECT_EQ(mistake("{topic.x}"),
              "knows {topic} and its levels {topic.0}, {topic.1}, ... only, not {topic.x}");
}

TEST(KafkaTopic, HasTheNamesThatKafkaHas) {
    EXPECT_EQ(mistake_in_kafka_topic("a.B-9_"), "");
    EXPECT_NE(mistake_in_kafka_topic(""), "");
    EXPECT_NE(mistake_in_kafka_topic(".."), "");
    EXPECT_NE(mistake_in_kafka_topic("a/b"), "");
    EXPECT_EQ(mistake_in_kafka_topic(std::string(249, 'a')), "");
    EXPECT_NE(mistake_in_kafka_topic(std::string(250, 'a')), "");
}

}  // namespace
}  // namespace dray::sink
