// SUBSCRIBE, UNSUBSCRIBE and the matching of topics, sections 3.8 to 3.11 and 4.7.
#include "harness/transcript.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(Subscribing);

// [MQTT-3.1.1 3.8.4-1, 3.8.4-2, 3.8.4-5, 2.3.1-7] [MQTT-5.0 3.8.4-1, 3.8.4-2, 3.8.4-7, 2.2.1-6]
TEST_P(Subscribing, TheSubackGrantsWhatWasAskedUnderTheSameIdentifier) {
    client("a").connects("a");
    client("a").sends(subscribe("t", 0).id(1)).gets(suback({0}, 1));
    client("a").sends(subscribe("t", 1).id(65535)).gets(suback({1}, 65535));
    client("a").sends(subscribe("t", 2).id(300)).gets(suback({2}, 300));
}

// [MQTT-3.1.1 3.8.4-4, 3.9.3-1, 3.9.3-2] [MQTT-5.0 3.8.4-5, 3.8.4-6, 3.9.3-1, 3.9.3-2]
TEST_P(Subscribing, SeveralFiltersGetOneSubackInTheirOrder) {
    client("a")
        .connects("a")
        .sends(subscribe({{"x", 2}, {"y", 0}, {"z/+", 1}}).id(7))
        .gets(suback({2, 0, 1}, 7));
    client("pub").connects("pub").publishes(publish("y", "1").qos(2)).publishes(publish("z/9", "2").qos(2));
    client("a").takes(publish("y", "1")).takes(publish("z/9", "2").qos(1));
}

// [MQTT-3.1.1 3.3.2-3, 4.5.0-1] [MQTT-5.0 3.3.2-3, 4.5.0-1]
TEST_P(Subscribing, EverySubscriberGetsTheMessageAndNobodyElse) {
    for (const char* name : {"a", "b", "c"}) client(name).connects(name).subscribes("t", 1);
    client("d").connects("d").subscribes("other", 1);
    client("pub").connects("pub").publishes(publish("t", "x").qos(1));
    for (const char* name : {"a", "b", "c"}) client(name).takes(publish("t", "x").qos(1)).gets_nothing();
    client("d").gets_nothing();
}

// [MQTT-3.1.1 3.3.5-1] [MQTT-5.0 3.3.4-2]
TEST_P(Subscribing, OverlappingSubscriptionsDeliverAtTheHighestQoS) {
    if (is_v5()) MOSQUITTO_DIFFERS("5.0 3.3.4-2 (permitted)", "sends a copy for each subscription");
    client("a").connects("a").sends(subscribe({{"a/+", 0}, {"a/b", 2}, {"#", 1}})).gets(suback({0, 2, 1}));
    client("pub").connects("pub").publishes(publish("a/b", "x").qos(2));
    client("a").takes(publish("a/b", "x").qos(2)).gets_nothing();
}

// [MQTT-3.1.1 3.8.4-3] [MQTT-5.0 3.8.4-3]
TEST_P(Subscribing, SubscribingAgainReplacesTheSubscription) {
    client("a").connects("a").subscribes("t", 2).subscribes("t", 0);
    client("pub").connects("pub").publishes(publish("t", "x").qos(2));
    client("a").gets(publish("t", "x")).gets_nothing();
}

// [MQTT-3.1.1 3.10.4-1, 3.10.4-2, 3.10.4-4] [MQTT-5.0 3.10.4-1, 3.10.4-2, 3.10.4-4, 3.10.4-5]
TEST_P(Subscribing, UnsubscribingEndsTheFlow) {
    client("a").connects("a").subscribes("t").subscribes("marker");
    client("pub").connects("pub").publishes(publish("t", "1"));
    client("a").gets(publish("t", "1")).sends(unsubscribe({"t"}).id(9)).gets(unsuback({0}, 9));
    client("pub").publishes(publish("t", "2")).publishes(publish("marker", "end"));
    client("a").gets(publish("marker", "end")).gets_nothing();
}

// [MQTT-3.1.1 3.10.4-5] [MQTT-5.0 3.10.4-5, 3.11.3-2]
TEST_P(Subscribing, UnsubscribingWhatIsNotThereIsAcknowledged) {
    client("a").connects("a").sends(unsubscribe({"never"}).id(2)).gets(unsuback({0x11}, 2));
}

// [MQTT-3.1.1 3.10.4-1] [MQTT-5.0 3.10.4-1]
TEST_P(Subscribing, UnsubscribeComparesFiltersLetterByLetter) {
    client("a").connects("a").subscribes("a/b");
    client("a").sends(unsubscribe({"a/+", "#", "A/b", "a/b/"})).gets(unsuback({0x11, 0x11, 0x11, 0x11}));
    client("pub").connects("pub").publishes(publish("a/b", "still"));
    client("a").gets(publish("a/b", "still"));
}

// [MQTT-3.1.1 3.10.4-6] [MQTT-5.0 3.10.4-6, 3.11.3-1]
TEST_P(Subscribing, SeveralFiltersAreUnsubscribedWithOneAnswer) {
    client("a").connects("a").sends(subscribe({{"x", 0}, {"y", 0}, {"z", 0}})).gets(suback({0, 0, 0}));
    client("a").sends(unsubscribe({"x", "none", "z"})).gets(unsuback({0, 0x11, 0}));
    client("pub").connects("pub").publishes(publish("x", "1")).publishes(publish("z", "2"));
    client("pub").publishes(publish("y", "3"));
    client("a").gets(publish("y", "3")).gets_nothing();
}

// [MQTT-3.1.1 3.10.4-3] [MQTT-5.0 3.10.4-3]
TEST_P(Subscribing, UnsubscribingLetsBegunDeliveriesFinish) {
    client("a").connects("a").subscribes("t", 2);
    client("pub").connects("pub").publishes(publish("t", "x").qos(2));
    client("a").gets(publish("t", "x").qos(2));
    const std::uint16_t id = client("a").last_id();
    client("a")
        .sends(unsubscribe({"t"}))
        .gets(unsuback({0}))
        .sends(pubrec(id))
        .gets(pubrel(id))
        .sends(pubcomp(id));
    client("a").gets_nothing();
}

struct Match {
    const char* filter;
    const char* topic;
    bool taken;
};

// [MQTT-3.1.1 4.7.1-2, 4.7.1-3, 4.7.3-4] [MQTT-5.0 4.7.1-1, 4.7.1-2, 4.7.3-4], examples of section 4.7
// included
TEST_P(Subscribing, WildcardsTakeWhatTheyShould) {
    constexpr Match kMatches[] = {
        {"sport/tennis/player1/#", "sport/tennis/player1", true},
        {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
        {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
        {"sport/tennis/player1/#", "sport/tennis/player2", false},
        {"sport/#", "sport", true},
        {"sport/#", "sports", false},
        {"#", "a", true},
        {"#", "/", true},
        {"sport/tennis/+", "sport/tennis/player1", true},
        {"sport/tennis/+", "sport/tennis/player1/ranking", false},
        {"sport/+", "sport", false},
        {"sport/+", "sport/", true},
        {"+/+", "/finance", true},
        {"/+", "/finance", true},
        {"+", "/finance", false},
        {"+", "finance", true},
        {"+/tennis/#", "sport/tennis", true},
        {"+/tennis/#", "sport/tennis/a/b", true},
        {"+/tennis/#", "sport/golf/a", false},
        {"sport/+/player1", "sport/tennis/player1", true},
        {"sport/+/player1", "sport/player1", false},
        {"+/b/+/d", "a/b/c/d", true},
        {"+/b/+/d", "a/b/c/d/e", false},
        {"a/+/#", "a", false},
        {"a/+/#", "a/b", true},
        {"a//b", "a//b", true},
        {"a/+/b", "a//b", true},
        {"a//b", "a/b", false},
        {"/", "/", true},
        {"+/", "a/", true},
        {"+/", "a", false},
        {"A", "a", false},
        {"a ", "a", false},
    };
    client("pub").connects("pub");
    client("sub").connects("sub").subscribes("the-marker", 0);
    for (const Match& match : kMatches) {
        SCOPED_TRACE(std::string(match.filter) + " and " + match.topic);
        client("sub").subscribes(match.filter);
        client("pub").publishes(publish(match.topic, "x"));
        if (match.taken) client("sub").gets(publish(match.topic, "x"));
        client("sub").sends(unsubscribe({match.filter})).gets(unsuback({0}));
        client("pub").publishes(publish("the-marker", match.filter));
        client("sub").gets(publish("the-marker", match.filter));
    }
}

// [MQTT-3.1.1 4.7.2-1] [MQTT-5.0 4.7.2-1]
TEST_P(Subscribing, LeadingWildcardsDoNotTakeDollarTopics) {
    client("a").connects("a").subscribes("#").subscribes("+/broker/version").subscribes("+/+/version");
    client("a").gets_nothing();
    client("b").connects("b").subscribes("$SYS/#");
    ASSERT_TRUE(client("b").next_description());
    client("a").gets_nothing();
}

// [MQTT-3.1.1 4.7.1-2, 4.7.1-3, 4.7.3-1] [MQTT-5.0 4.7.1-1, 4.7.1-2, 4.7.3-1]: a failure code or the end,
// never a subscription.
TEST_P(Subscribing, FiltersWithMisplacedWildcardsAreRefused) {
    for (const char* filter : {"a#", "a/#/b", "#/a", "a+", "+a/b", "a/b+/c", "##", "++", "a/+#"}) {
        SCOPED_TRACE(filter);
        Client& a = client("a").connects("a").sends(subscribe(filter, 0));
        const auto received = a.next();
        if (received && std::holds_alternative<mqtt::Suback>(received->packet)) {
            EXPECT_TRUE(mqtt::is_failure(std::get<mqtt::Suback>(received->packet).reasons.at(0)));
            a.disconnects();
        } else if (received) {
            EXPECT_TRUE(is_v5() && std::holds_alternative<mqtt::Disconnect>(received->packet));
            a.is_closed();
        } else {
            EXPECT_TRUE(a.ended());
        }
    }
}

// [MQTT-3.1.1 3.8.4-3] [MQTT-5.0 3.8.4-4]
TEST_P(Subscribing, TheFlowIsUnbrokenWhileASubscriptionIsReplaced) {
    constexpr int kMessages = 60;
    client("a").connects("a").subscribes("t", 1);
    client("pub").connects("pub");
    for (int i = 1; i <= kMessages; ++i) {
        client("pub").sends(publish("t", std::to_string(i)).qos(1).id(static_cast<std::uint16_t>(i)));
        if (i % 20 == 0) client("a").sends(subscribe("t", 1));
    }
    int subacks = 0;
    for (int next = 1; next <= kMessages || subacks < kMessages / 20;) {
        const auto received = client("a").next();
        ASSERT_TRUE(received) << "waiting for message " << next;
        if (std::holds_alternative<mqtt::Suback>(received->packet)) {
            ++subacks;
            continue;
        }
        const auto& publish = std::get<mqtt::Publish>(received->packet);
        ASSERT_EQ(as_text(publish.payload), std::to_string(next++));
        client("a").sends(puback(static_cast<std::uint16_t>(publish.packet_id)));
    }
}

}  // namespace dray::conformance
