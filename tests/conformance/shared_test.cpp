// Shared subscriptions, MQTT 5.0 section 4.8.2; 3.1.1 clients may use the same filters.
#include <map>
#include <set>

#include "harness/transcript.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(Shared);

// Whatever comes until the marker, which every member gets by a subscription of its own.
std::vector<std::string> payloads_until_marker(Client& member) {
    std::vector<std::string> payloads;
    while (const auto received = member.next()) {
        const auto* publish = std::get_if<mqtt::Publish>(&received->packet);
        if (publish == nullptr || publish->topic == "marker") break;
        payloads.emplace_back(as_text(publish->payload));
        if (publish->qos == mqtt::QoS::kAtLeastOnce) {
            member.sends(puback(static_cast<std::uint16_t>(publish->packet_id)));
        }
    }
    return payloads;
}

// Messages of QoS 1 until there were so many different ones, acknowledged. In whatever order: what the group
// had given to another before it heard that this one is gone comes later than what followed it.
std::set<std::string> payloads_of(Client& member, std::size_t count) {
    std::set<std::string> payloads;
    while (payloads.size() < count) {
        const auto received = member.next();
        const auto* publish = received ? std::get_if<mqtt::Publish>(&received->packet) : nullptr;
        if (publish == nullptr) break;
        EXPECT_TRUE(payloads.emplace(as_text(publish->payload)).second) << "twice";
        member.sends(puback(static_cast<std::uint16_t>(publish->packet_id)));
    }
    return payloads;
}

// MQTT 5.0 section 4.8.2
TEST_P(Shared, EachMessageGoesToOneMember) {
    constexpr int kMessages = 30;
    const std::vector<std::string> members = {"a", "b", "c"};
    for (const auto& name : members)
        client(name).connects(name).subscribes("$share/g/t", 1).subscribes("marker");
    client("pub").connects("pub");
    for (int i = 0; i < kMessages; ++i) client("pub").publishes(publish("t", std::to_string(i)).qos(1));
    client("pub").publishes(publish("marker", ""));
    std::map<std::string, int> times;
    for (const auto& name : members) {
        const auto payloads = payloads_until_marker(client(name));
        EXPECT_GE(payloads.size(), 5U) << "member " << name << " idles";
        for (const auto& payload : payloads) ++times[payload];
    }
    EXPECT_EQ(times.size(), static_cast<std::size_t>(kMessages));
    for (const auto& [payload, count] : times) EXPECT_EQ(count, 1) << payload;
}

TEST_P(Shared, EveryGroupAndEveryPlainSubscriberGetsTheMessage) {
    client("a").connects("a").subscribes("$share/one/t", 0);
    client("b").connects("b").subscribes("$share/two/t", 0);
    client("c").connects("c").subscribes("t", 0);
    client("pub").connects("pub").publishes(publish("t", "x"));
    for (const char* name : {"a", "b", "c"}) client(name).gets(publish("t", "x")).gets_nothing();
}

TEST_P(Shared, FiltersMayHaveWildcards) {
    client("a").connects("a").subscribes("$share/g/a/+/c", 0).subscribes("$share/h/x/#", 0);
    client("pub").connects("pub").publishes(publish("a/b/c", "1")).publishes(publish("x/y/z", "2"));
    client("pub").publishes(publish("a/b/d", "3")).publishes(publish("a/b/c", "4"));
    client("a")
        .gets(publish("a/b/c", "1"))
        .gets(publish("x/y/z", "2"))
        .gets(publish("a/b/c", "4"))
        .gets_nothing();
}

// [MQTT-5.0 4.8.2-3]
TEST_P(Shared, EachMemberHasItsOwnQoS) {
    client("a").connects("a").subscribes("$share/g/t", 0).subscribes("marker");
    client("pub").connects("pub").publishes(publish("t", "x").qos(2));
    client("a").gets(publish("t", "x"));
    client("b").connects("b").subscribes("$share/g/t", 1).subscribes("marker");
    for (int i = 0; i < 8; ++i) client("pub").publishes(publish("t", "y").qos(2));
    client("pub").publishes(publish("marker", ""));
    int total = 0;
    for (const auto& [name, qos] : {std::pair{"a", 0}, std::pair{"b", 1}}) {
        for (;;) {
            const auto received = client(name).next();
            ASSERT_TRUE(received);
            const auto& publish = std::get<mqtt::Publish>(received->packet);
            if (publish.topic == "marker") break;
            EXPECT_EQ(static_cast<int>(publish.qos), qos);
            if (qos == 1) client(name).sends(puback(static_cast<std::uint16_t>(publish.packet_id)));
            ++total;
        }
    }
    EXPECT_EQ(total, 8);
}

TEST_P(Shared, UnsubscribingLeavesTheGroup) {
    client("a").connects("a").subscribes("$share/g/t", 0);
    client("b").connects("b").subscribes("$share/g/t", 0);
    client("a").sends(unsubscribe({"$share/g/t"})).gets(unsuback({0}));
    client("pub").connects("pub");
    for (int i = 0; i < 4; ++i) client("pub").publishes(publish("t", std::to_string(i)));
    for (int i = 0; i < 4; ++i) client("b").gets(publish("t", std::to_string(i)));
    client("a").gets_nothing();
}

TEST_P(Shared, ThePlainFilterIsNotTheSharedOne) {
    client("a").connects("a").subscribes("$share/g/t", 0);
    client("a").sends(unsubscribe({"t", "$share/h/t"})).gets(unsuback({0x11, 0x11}));
    client("pub").connects("pub").publishes(publish("t", "x"));
    client("a").gets(publish("t", "x"));
}

TEST_P(Shared, AMemberThatEndedIsLeftOut) {
    client("a").connects("a").subscribes("$share/g/t", 1);
    client("b").connects("b").subscribes("$share/g/t", 1);
    client("a").drops();
    client("pub").connects("pub");
    for (int i = 0; i < 6; ++i) client("pub").publishes(publish("t", std::to_string(i)).qos(1));
    EXPECT_EQ(payloads_of(client("b"), 6).size(), 6U);
}

// An offline member with a persistent session holds nothing while others are there.
TEST_P(Shared, AnOfflineMemberHoldsNothingWhileOthersAreOn) {
    MOSQUITTO_DIFFERS("5.0 4.8.2 (not numbered)", "keeps messages for a member that is offline");
    client("a").connects(connect("a").persistent()).subscribes("$share/g/t", 1).disconnects();
    client("b").connects("b").subscribes("$share/g/t", 1);
    client("pub").connects("pub");
    for (int i = 0; i < 6; ++i) client("pub").publishes(publish("t", std::to_string(i)).qos(1));
    EXPECT_EQ(payloads_of(client("b"), 6).size(), 6U);
    client("a").connects(connect("a").persistent(), true).gets_nothing();
}

// Our own promise: what a leaving member had not acknowledged goes to the others.
TEST_P(Shared, WhatALeavingMemberDidNotAcknowledgeGoesToTheOthers) {
    MOSQUITTO_DIFFERS("5.0 4.8.2 (not numbered)",
                      "drops the unacknowledged messages of a member that leaves");
    client("a").connects("a").subscribes("$share/g/t", 1);
    client("pub").connects("pub").publishes(publish("t", "1").qos(1)).publishes(publish("t", "2").qos(1));
    client("a").gets(publish("t", "1").qos(1)).gets(publish("t", "2").qos(1));
    client("b").connects("b").subscribes("$share/g/t", 1);
    client("a").drops();
    for (const char* payload : {"1", "2"}) {
        const auto received = client("b").next();
        ASSERT_TRUE(received);
        const auto& publish = std::get<mqtt::Publish>(received->packet);
        EXPECT_EQ(as_text(publish.payload), payload);
        client("b").sends(puback(static_cast<std::uint16_t>(publish.packet_id)));
    }
    client("b").gets_nothing();
}

// [MQTT-5.0 4.8.2-1, 4.8.2-2]
TEST_P(Shared, FiltersWithoutProperNameAreRefused) {
    MOSQUITTO_DIFFERS("5.0 4.8.2-1, 4.8.2-2", "grants $share filters without a name or without a filter");
    for (const char* filter : {"$share/g", "$share//t", "$share/g/", "$share/g+/t", "$share/#/t"}) {
        SCOPED_TRACE(filter);
        Client& a = client("a").connects("a").sends(subscribe(filter, 0));
        const auto received = a.next();
        if (received && std::holds_alternative<mqtt::Suback>(received->packet)) {
            EXPECT_TRUE(mqtt::is_failure(std::get<mqtt::Suback>(received->packet).reasons.at(0)));
            a.disconnects();
        } else {
            EXPECT_TRUE(!received || std::holds_alternative<mqtt::Disconnect>(received->packet));
            if (received) a.is_closed();
        }
    }
}

DRAY_TRANSCRIPTS_V5(SharedV5);

// [MQTT-5.0 4.8.2-6]
TEST_F(SharedV5, AMessageThatAMemberRefusesGoesToNoOther) {
    client("a").connects("a").subscribes("$share/g/t", 1);
    client("pub").connects("pub").publishes(publish("t", "1").qos(1));
    client("a").gets(publish("t", "1").qos(1));
    client("b").connects("b").subscribes("$share/g/t", 1);
    client("a").sends(puback(client("a").last_id(), ReasonCode::kUnspecifiedError)).gets_nothing();
    client("b").gets_nothing();
}

// [MQTT-5.0 4.8.2-4]
TEST_F(SharedV5, ABrokenQoS2DeliveryCompletesAtTheSameMember) {
    client("a").connects(connect("a").persistent()).subscribes("$share/g/t", 2);
    client("pub").connects("pub").publishes(publish("t", "x").qos(2));
    client("a").gets(publish("t", "x").qos(2));
    const std::uint16_t id = client("a").last_id();
    client("a").sends(pubrec(id)).gets(pubrel(id)).drops();
    client("b").connects("b").subscribes("$share/g/t", 2).gets_nothing();
    client("a").connects(connect("a").persistent(), true).gets(pubrel(id)).sends(pubcomp(id)).gets_nothing();
}

}  // namespace dray::conformance
