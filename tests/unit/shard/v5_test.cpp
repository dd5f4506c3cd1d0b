// What 5.0 adds between one client and its broker: aliases, words, references, and the limits of both.
#include "seeds.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

using mqtt::PropertyId;
using mqtt::PropertyList;

DRAY_EACH_SHARD_COUNT(V5);

// More levels than a filter may have in narrow_topics().
constexpr const char* kDeep = "a/b/c/d";
WorldOptions narrow_topics(WorldOptions options) {
    options.limits.topic_levels_max = 3;
    return options;
}

mqtt::Connect connect_with(const PropertyList& properties, std::string_view client_id) {
    mqtt::Connect packet = connect(client_id, kV5);
    packet.properties = properties.view();
    return packet;
}

// The alias of the next PUBLISH, whose topic stands in it or not.
void expect_publish(Client& client, std::string_view topic, std::uint32_t alias, const char* payload) {
    const auto packet = client.takes<mqtt::Publish>();
    EXPECT_EQ(packet.topic, topic) << payload;
    EXPECT_EQ(packet.properties.integer(PropertyId::kTopicAlias).value_or(0), alias) << payload;
    EXPECT_EQ(as_text(packet.payload), payload);
}

TEST_P(V5, ATopicThatComesAgainGetsAnAlias) {
    World world(options());
    const PropertyList terms = PropertyList().add(PropertyId::kTopicAliasMaximum, 1U);
    Client& s = world.client("s").sends(connect_with(terms, "s")).gets(connack());
    s.sends(subscribe(1, "#", 1)).gets(suback(1, 1));
    world.client("p").sends(connect("p")).gets(connack());
    for (const char* payload : {"1", "2", "3"}) world.client("p").sends(publish("some/topic", payload));
    expect_publish(s, "some/topic", 0, "1");
    expect_publish(s, "some/topic", 1, "2");
    expect_publish(s, "", 1, "3");
    // Another topic that comes twice takes it over, and the first has to earn it again.
    for (const char* payload : {"4", "5", "6"}) world.client("p").sends(publish("other/topic", payload));
    expect_publish(s, "other/topic", 0, "4");
    expect_publish(s, "other/topic", 1, "5");
    expect_publish(s, "", 1, "6");
    world.client("p").sends(publish("some/topic", "7"));
    expect_publish(s, "some/topic", 0, "7");
}

TEST_P(V5, WithoutTopicAliasMaximumThereAreNone) {
    World world(options());
    Client& s = world.client("s").sends(connect("s", kV5)).gets(connack());
    s.sends(subscribe(1, "#", 1)).gets(suback(1, 1));
    world.client("p").sends(connect("p")).gets(connack());
    for (const char* payload : {"1", "2", "3"}) {
        world.client("p").sends(publish("some/topic", payload));
        expect_publish(s, "some/topic", 0, payload);
    }
}

// A packet that is too large for the client is left out; the alias that it would have defined is not defined.
TEST_P(V5, WhatIsLeftOutDefinesNoAlias) {
    World world(options());
    const PropertyList terms =
        PropertyList().add(PropertyId::kTopicAliasMaximum, 1U).add(PropertyId::kMaximumPacketSize, 40U);
    Client& s = world.client("s").sends(connect_with(terms, "s")).gets(connack());
    s.sends(subscribe(1, "#", 1)).gets(suback(1, 1));
    world.client("p").sends(connect("p")).gets(connack());
    world.client("p").sends(publish("some/topic", "1")).sends(publish("some/topic", std::string(60, 'x')));
    world.client("p").sends(publish("some/topic", "2")).sends(publish("some/topic", "3"));
    expect_publish(s, "some/topic", 0, "1");
    expect_publish(s, "some/topic", 1, "2");
    expect_publish(s, "", 1, "3");
    // Too large with the three bytes of a definition, and just right without.
    world.client("p").sends(publish("next/topic", "4"));
    const std::string exact(40 - 2 - 2 - 10 - 1, 'y');
    world.client("p").sends(publish("next/topic", exact));
    expect_publish(s, "next/topic", 0, "4");
    expect_publish(s, "next/topic", 0, exact.c_str());
}

TEST_P(V5, AliasesEndWithTheConnection) {
    World world(options());
    const PropertyList terms =
        PropertyList().add(PropertyId::kTopicAliasMaximum, 9U).add(PropertyId::kSessionExpiryInterval, 100U);
    mqtt::Connect packet = connect_with(terms, "s");
    packet.clean_start = false;
    Client& s =
        world.client("s").sends(packet).gets(connack()).sends(subscribe(1, "#", 1)).gets(suback(1, 1));
    world.client("p").sends(connect("p")).gets(connack());
    for (int i = 1; i <= 3; ++i) world.client("p").sends(publish("some/topic", "x", 1, i)).gets(puback(i));
    s.drops();
    s.takes_all();
    s.sends(packet).gets(connack(true));
    std::string topics;
    for (const auto& each : s.takes_all()) topics += std::string(std::get<mqtt::Publish>(each).topic) + ' ';
    EXPECT_EQ(topics, "some/topic some/topic  ");  // none, defined, used
}

// Any mix of topics, short writes and connections: every message arrives under its own topic.
TEST_P(V5, AliasesAlwaysStandForTheRightTopic) {
    for_each_seed(30, [&](std::uint64_t seed) {
        Random random(seed);
        World world(options(seed));
        const PropertyList terms = PropertyList().add(PropertyId::kTopicAliasMaximum,
                                                      1 + static_cast<std::uint32_t>(random.below(5)));
        Client& s = world.client("s").sends(connect_with(terms, "s")).gets(connack());
        s.sends(subscribe(1, "#", 1)).gets(suback(1, 1));
        world.client("p").sends(connect("p")).gets(connack());
        std::vector<std::string> known(6);
        std::uint64_t aliases = 0;
        for (int i = 0; i < 200; ++i) {
            const std::string topic = "topic/" + std::to_string(random.below(8));
            world.client("p").sends(publish(topic, topic + std::string(random.below(200), '.')));
            const auto packet = s.takes<mqtt::Publish>();
            const std::uint32_t alias = packet.properties.integer(PropertyId::kTopicAlias).value_or(0);
            ASSERT_LE(alias, terms.view().integer(PropertyId::kTopicAliasMaximum).value());
            if (alias != 0 && !packet.topic.empty()) known[alias] = packet.topic;
            const std::string_view name = packet.topic.empty() ? known[alias] : packet.topic;
            ASSERT_EQ(name, topic);
            ASSERT_TRUE(as_text(packet.payload).starts_with(topic));
            if (packet.topic.empty()) ++aliases;
        }
        EXPECT_GT(aliases, 10);
    });
}

TEST_P(V5, RefusalsSayWhyInWords) {
    World world(narrow_topics(options()));
    Client& a = world.client("a").sends(connect("a", kV5)).gets(connack());
    a.sends(publish("$SYS/x", "1", 1, 1));
    EXPECT_TRUE(a.takes<mqtt::Puback>().properties.text(PropertyId::kReasonString));
    a.sends(publish("$SYS/x", "1", 2, 2));
    EXPECT_TRUE(a.takes<mqtt::Pubrec>().properties.text(PropertyId::kReasonString));
    a.sends(subscribe(3, kDeep, 1));
    EXPECT_TRUE(a.takes<mqtt::Suback>().properties.text(PropertyId::kReasonString));
    a.sends(connect("a", kV5));
    EXPECT_TRUE(a.takes<mqtt::Disconnect>().properties.text(PropertyId::kReasonString));
    a.is_closed();
}

TEST_P(V5, WhoWantsNoProblemInformationGetsNone) {
    World world(narrow_topics(options()));
    const PropertyList terms = PropertyList().add(PropertyId::kRequestProblemInformation, 0U);
    Client& a = world.client("a").sends(connect_with(terms, "a")).gets(connack());
    a.sends(publish("$SYS/x", "1", 1, 1)).sends(subscribe(3, kDeep, 1)).sends(connect("a", kV5));
    EXPECT_TRUE(a.takes<mqtt::Puback>().properties.empty());
    EXPECT_TRUE(a.takes<mqtt::Suback>().properties.empty());
    EXPECT_TRUE(a.takes<mqtt::Disconnect>().properties.text(PropertyId::kReasonString));  // allowed there
}

TEST_P(V5, WordsAreLeftOutWhereTheyDoNotFit) {
    World world(narrow_topics(options()));
    const PropertyList terms = PropertyList().add(PropertyId::kMaximumPacketSize, 25U);
    Client& a = world.client("a").sends(connect_with(terms, "a")).gets(connack());
    a.sends(publish("$SYS/x", "1", 1, 1)).sends(subscribe(3, kDeep, 1)).sends(connect("a", kV5));
    EXPECT_TRUE(a.takes<mqtt::Puback>().properties.empty());
    EXPECT_TRUE(a.takes<mqtt::Suback>().properties.empty());
    EXPECT_TRUE(a.takes<mqtt::Disconnect>().properties.empty());
}

TEST_P(V5, AnAnswerTooLargeForTheClientEndsTheConnection) {
    World world(options());
    const PropertyList terms = PropertyList().add(PropertyId::kMaximumPacketSize, 5U);
    world.client("a")
        .sends(connect_with(terms, "a"))
        .gets(disconnect(ReasonCode::kPacketTooLarge))
        .is_closed();
    const PropertyList wider = PropertyList().add(PropertyId::kMaximumPacketSize, 25U);
    Client& b = world.client("b").sends(connect_with(wider, "b")).gets(connack());
    mqtt::Subscribe many = subscribe(1, "a", 0);
    for (int i = 0; i < 30; ++i) many.requests.push_back(many.requests.front());
    b.sends(many).gets(disconnect(ReasonCode::kPacketTooLarge)).is_closed();
}

// [MQTT-5.0 3.3.4-7]
TEST_P(V5, MoreUnreleasedMessagesThanReceiveMaximumEndTheConnection) {
    WorldOptions narrow = options();
    narrow.limits.receive_messages_max = 3;
    World world(narrow);
    Client& p = world.client("p").sends(connect("p", kV5)).gets(connack());
    for (int i = 1; i <= 3; ++i)
        p.sends(publish("a", "x", 2, i)).gets(pubrec(i, ReasonCode::kNoMatchingSubscribers));
    p.sends(pubrel(1)).gets(pubcomp(1));
    p.sends(publish("a", "x", 2, 4)).gets(pubrec(4, ReasonCode::kNoMatchingSubscribers));
    p.sends(publish("a", "x", 1, 5)).gets(disconnect(ReasonCode::kReceiveMaximumExceeded)).is_closed();
}

TEST_P(V5, APubackThatWaitsForTheDiskCountsAgainstReceiveMaximum) {
    WorldOptions narrow = options();
    narrow.limits.receive_messages_max = 2;
    narrow.disk = Disk::kByHand;
    World world(narrow);
    Client& p = world.client("p").sends(connect("p", kV5)).gets(connack());
    p.sends(retained(publish("a", "x", 1, 1))).sends(retained(publish("a", "y", 1, 2))).gets_nothing();
    p.is_open();
    p.sends(retained(publish("a", "z", 1, 3)))
        .gets(disconnect(ReasonCode::kReceiveMaximumExceeded))
        .is_closed();
    world.sync();
}

TEST_P(V5, ClientsBefore5AreNotHeldToAReceiveMaximumTheyWereNotTold) {
    WorldOptions narrow = options();
    narrow.limits.receive_messages_max = 3;
    World world(narrow);
    Client& p = world.client("p").sends(connect("p")).gets(connack());
    for (int i = 1; i <= 10; ++i) p.sends(publish("a", "x", 2, i)).gets(pubrec(i));
    for (int i = 1; i <= 10; ++i) p.sends(pubrel(i)).gets(pubcomp(i));
}

TEST_P(V5, AServerReferenceIsNamedOnShutdown) {
    WorldOptions other = options();
    other.server_reference = "other.example:1883";
    World world(other);
    Client& a = world.client("a").sends(connect("a", kV5)).gets(connack());
    Client& b = world.client("b").sends(connect("b")).gets(connack());
    world.shut_down();
    const auto farewell = a.takes<mqtt::Disconnect>();
    EXPECT_EQ(farewell.reason, ReasonCode::kUseAnotherServer);
    EXPECT_EQ(farewell.properties.text(PropertyId::kServerReference), "other.example:1883");
    b.is_closed();
}

TEST_P(V5, ShutdownWithoutAReferenceSaysSo) {
    World world(options());
    Client& a = world.client("a").sends(connect("a", kV5)).gets(connack());
    world.shut_down();
    a.gets(disconnect(ReasonCode::kServerShuttingDown)).is_closed();
}

TEST_P(V5, ClientsAreSentAwayOneAfterTheOther) {
    World world(options());
    for (int i = 0; i < 16; ++i) {
        const std::string name = "c" + std::to_string(i);
        world.client(name).sends(connect(name, kV5)).gets(connack());
    }
    world.send_away_one_of(2);  // on each shard
    const auto left = world.statistics().clients_connected;
    EXPECT_LE(left, 8 + options().shards);
    EXPECT_GE(left, 8 - options().shards);
    world.send_away_one_of(1);
    EXPECT_EQ(world.statistics().clients_connected, 0);
}

TEST_P(V5, ARedirectedClientIsToldWhereTo) {
    WorldOptions other = options();
    other.server_reference = "other.example:1883";
    other.redirect = shard::Redirect::kServerMoved;
    World world(other);
    Client& a = world.client("a").sends(connect("a", kV5));
    const auto answer = a.takes<mqtt::Connack>();
    EXPECT_EQ(answer.reason, ReasonCode::kServerMoved);
    EXPECT_EQ(answer.properties.text(PropertyId::kServerReference), "other.example:1883");
    a.is_closed();
    world.client("b").sends(connect("b")).gets(connack(false, ReasonCode::kServerUnavailable)).is_closed();
}

TEST_P(V5, ResponseInformationIsGivenWhereItIsAskedFor) {
    WorldOptions with_prefix = options();
    with_prefix.response_prefix = "answers";
    World world(with_prefix);
    const PropertyList asks = PropertyList().add(PropertyId::kRequestResponseInformation, 1U);
    const auto information = [&](std::string_view client_id, const PropertyList& terms) {
        Client& client = world.client(std::string(client_id)).sends(connect_with(terms, client_id));
        const auto given = client.takes<mqtt::Connack>().properties.text(PropertyId::kResponseInformation);
        return std::string(given.value_or("none"));
    };
    EXPECT_EQ(information("a", asks), "answers/a/");
    EXPECT_EQ(information("b", PropertyList()), "none");
    EXPECT_EQ(information("+", asks), "none");  // no topic can hold that id
}

TEST_P(V5, AKeepAliveLongerThanAllowedIsCutAndToldSo) {
    WorldOptions narrow = options();
    narrow.limits.keep_alive_s_max = 20;
    World world(narrow);
    for (const int asked : {0, 30, 20, 5}) {
        const std::string id = "k" + std::to_string(asked);
        mqtt::Connect packet = connect(id, kV5);
        packet.keep_alive_s = static_cast<std::uint16_t>(asked);
        Client& k = world.client(id).sends(packet);
        const auto told = k.takes<mqtt::Connack>().properties.integer(PropertyId::kServerKeepAlive);
        EXPECT_EQ(told.has_value(), asked == 0 || asked == 30) << asked;
        EXPECT_EQ(told.value_or(20), 20U);
    }
    world.advance(30s);
    world.client("k30").gets(disconnect(ReasonCode::kKeepAliveTimeout)).is_closed();
}

TEST_P(V5, ASessionExpiryLongerThanAllowedIsCutAndToldSo) {
    WorldOptions narrow = options();
    narrow.limits.session_expiry_s_max = 60;
    World world(narrow);
    const PropertyList asks = PropertyList().add(PropertyId::kSessionExpiryInterval, 1000U);
    mqtt::Connect packet = connect_with(asks, "s");
    packet.clean_start = false;
    Client& s = world.client("s").sends(packet);
    EXPECT_EQ(s.takes<mqtt::Connack>().properties.integer(PropertyId::kSessionExpiryInterval), 60U);
    s.drops();
    world.advance(61s);
    s.sends(packet).gets(connack(false));
}

TEST_P(V5, AWillMayNotGoWhereItsClientMayNotPublish) {
    World world(options());
    mqtt::Connect packet = connect("w", kV5);
    packet.will = mqtt::Will{"$SYS/broker/version", as_bytes("mine"), QoS::kAtMostOnce, true, {}};
    world.client("w").sends(packet).gets(connack(false, ReasonCode::kNotAuthorized)).is_closed();
}

// DUP in SUBSCRIBE, UNSUBSCRIBE and PUBREL: 3.1 says it is set when they are sent again, 3.1.1 forbids it.
TEST_P(V5, OnlyMqtt31MayRepeatControlPacketsWithDup) {
    World world(options());
    const std::string subscribe_again("\x8a\x06\x00\x01\x00\x01t\x00", 8);
    const std::string unsubscribe_again("\xaa\x05\x00\x02\x00\x01t", 7);
    const std::string pubrel_again("\x6a\x02\x00\x03", 4);
    Client& old = world.client("old").sends(connect("old", ProtocolVersion::kV31)).gets(connack());
    old.sends_bytes(subscribe_again).gets(suback(1, 0));
    old.sends_bytes(unsubscribe_again).gets(unsuback(2));
    old.sends(publish("t", "x", 2, 3)).gets(pubrec(3)).sends_bytes(pubrel_again).gets(pubcomp(3));
    for (const std::string& bytes : {subscribe_again, unsubscribe_again, pubrel_again}) {
        world.client("new").sends(connect("new")).gets(connack()).sends_bytes(bytes).is_closed();
    }
}

}  // namespace
}  // namespace dray::test
