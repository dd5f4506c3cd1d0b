// What stands on disk, record by record: pages of messages, what became of them, and bodies that several
// sessions hold.
#include <gtest/gtest.h>

#include "words.h"
#include "world.h"

namespace dray::test {
namespace {

using shard::Table;

class Kept : public testing::Test {
    static WorldOptions options() {
        WorldOptions options;
        options.disk = Disk::kByItself;
        return options;
    }

  protected:
    World world_{options()};

    std::size_t count(Table table) { return world_.disk().count(table); }
    // A session of that name that takes "a" at QoS 1 or 2 and is away.
    void leaves_a_session(const std::string& name, int qos = 1) {
        world_.client(name).sends(connect_again(name)).gets(connack());
        world_.client(name).sends(subscribe(1, "a", qos)).gets(suback(1, qos)).drops();
        world_.run();
    }
    void comes_back(const std::string& name) {
        world_.client(name).sends(connect_again(name)).gets(connack(true));
    }
    // The session ends.
    void is_forgotten(const std::string& name) { world_.client(name).sends(connect(name)).gets(connack()); }
    // So many of them, that reach the broker in one piece.
    void publishes(int messages, int qos = 1, const std::string& payload = "x") {
        world_.client("p").sends(connect("p")).gets(connack());
        for (int i = 1; i <= messages; ++i) world_.client("p").says(publish("a", payload, qos, i));
        world_.run();
        EXPECT_EQ(world_.client("p").takes_all().size(), messages);
        world_.client("p").drops();
        world_.run();
    }
};

TEST_F(Kept, MessagesOfATurnShareAPage) {
    leaves_a_session("s");
    publishes(100);
    EXPECT_EQ(count(Table::kEntries), 2) << "64 at most in one";
    EXPECT_EQ(count(Table::kBodies), 0) << "each has one holder";
}

TEST_F(Kept, APageGoesWithItsLastMessage) {
    leaves_a_session("s");
    publishes(3);
    comes_back("s");
    Client& client = world_.client("s");
    for (int id = 1; id <= 3; ++id) client.gets(publish("a", "x", 1, id));
    client.sends(puback(2));
    EXPECT_EQ(count(Table::kEntries), 1);
    EXPECT_EQ(count(Table::kProgress), 1);
    world_.crash(2);
    comes_back("s");
    client.gets(again(publish("a", "x", 1, 1))).gets(again(publish("a", "x", 1, 3))).gets_nothing();
    client.sends(puback(1)).sends(puback(3));
    EXPECT_EQ(count(Table::kEntries), 0);
    EXPECT_EQ(count(Table::kProgress), 0);
}

TEST_F(Kept, WhatPubrecHasComeForIsNotSentAgain) {
    leaves_a_session("s", 2);
    world_.client("p").sends(connect("p")).gets(connack());
    world_.client("p").says(publish("a", "x", 2, 1)).says(publish("a", "y", 2, 2)).sends(pubrel(1));
    comes_back("s");
    Client& client = world_.client("s");
    client.gets(publish("a", "x", 2, 1)).gets(publish("a", "y", 2, 2)).sends(pubrec(1)).gets(pubrel(1));
    world_.crash(1);
    comes_back("s");
    client.gets(pubrel(1)).gets(again(publish("a", "y", 2, 2))).gets_nothing();
    client.sends(pubcomp(1)).sends(pubrec(2)).gets(pubrel(2)).sends(pubcomp(2));
    EXPECT_EQ(count(Table::kEntries), 0);
    EXPECT_EQ(count(Table::kProgress), 0);
}

// Its client may have it, and waits for PUBREL [MQTT-5.0 4.3.3-7].
TEST_F(Kept, AQoS2MessageThatMayHaveBeenSentDoesNotExpireHoweverManyRestarts) {
    const auto comes = [this](std::uint16_t receive_maximum) -> Client& {
        const mqtt::PropertyList properties = mqtt::PropertyList()
                                                  .add(mqtt::PropertyId::kSessionExpiryInterval, 0xFFFFFFFFU)
                                                  .add(mqtt::PropertyId::kReceiveMaximum, receive_maximum);
        mqtt::Connect packet = connect_again("s", ProtocolVersion::kV5);
        packet.properties = properties.view();
        Client& client = world_.client("s").sends(packet);
        EXPECT_EQ(client.takes<mqtt::Connack>().reason, ReasonCode::kSuccess);
        return client;
    };
    const auto gets = [](Client& client, int id, bool dup) {
        const auto packet = client.takes<mqtt::Publish>();
        EXPECT_EQ(packet.packet_id, PacketId(id));
        EXPECT_EQ(packet.dup, dup);
    };
    Client& client = comes(2).sends(subscribe(1, "a", 2)).gets(suback(1, 2));
    world_.client("p").sends(connect("p", ProtocolVersion::kV5)).gets(connack());
    const mqtt::PropertyList expiry = mqtt::PropertyList().add(mqtt::PropertyId::kMessageExpiryInterval, 10U);
    for (int id = 1; id <= 2; ++id) {
        mqtt::Publish packet = publish("a", "x", 2, id);
        packet.properties = expiry.view();
        world_.client("p").sends(packet).gets(pubrec(id));
        gets(client, id, false);
    }
    world_.crash(1);
    world_.advance(std::chrono::seconds(10));
    // There is room for the first only, and the second is as it was.
    gets(comes(1), 1, true);
    client.drops();
    world_.crash(1);
    gets(comes(2), 1, true);
    gets(client, 2, true);
}

TEST_F(Kept, AMessageThatSeveralSessionsHoldIsStoredOnce) {
    for (const char* name : {"s1", "s2", "s3"}) leaves_a_session(name);
    publishes(1, 1, std::string(10'000, 'x'));
    EXPECT_EQ(count(Table::kEntries), 3);
    EXPECT_EQ(count(Table::kBodies), 1);
    EXPECT_LT(world_.disk().bytes(), 11'000);
    comes_back("s1");
    world_.client("s1").takes<mqtt::Publish>();
    world_.client("s1").sends(puback(1));
    is_forgotten("s2");
    EXPECT_EQ(count(Table::kBodies), 1) << "the third holds it";
    // It does not matter where its holders are afterwards, or whether they were read.
    world_.crash(3);
    is_forgotten("s3");
    EXPECT_EQ(count(Table::kBodies), 0);
    EXPECT_EQ(count(Table::kHolders), 0);
    EXPECT_EQ(count(Table::kEntries), 0);
}

TEST_F(Kept, HoldersOnSeveralShardsAfterARestartLetABodyGoTogether) {
    for (int i = 0; i < 8; ++i) leaves_a_session("s" + std::to_string(i));
    publishes(1);
    world_.crash(4);
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(count(Table::kBodies), 1);
        const std::string name = "s" + std::to_string(i);
        comes_back(name);
        world_.client(name).gets(publish("a", "x", 1, 1)).sends(puback(1));
    }
    EXPECT_EQ(count(Table::kBodies), 0);
    EXPECT_EQ(count(Table::kHolders), 0);
}

// It is let go before all have it.
TEST_F(Kept, ABodyThatIsTooLargeForOneOfItsHoldersGoesWithTheOther) {
    leaves_a_session("s");
    mqtt::Connect small = connect_again("t", ProtocolVersion::kV5);
    const mqtt::PropertyList properties = mqtt::PropertyList()
                                              .add(mqtt::PropertyId::kSessionExpiryInterval, 0xFFFFFFFFU)
                                              .add(mqtt::PropertyId::kMaximumPacketSize, 100U);
    small.properties = properties.view();
    world_.client("t").sends(small).gets(connack()).sends(subscribe(1, "a", 1)).gets(suback(1, 1));
    const std::string large(200, 'x');
    publishes(1, 1, large);
    world_.client("t").gets_nothing();
    EXPECT_EQ(count(Table::kBodies), 1);
    comes_back("s");
    world_.client("s").gets(publish("a", large, 1, 1)).sends(puback(1));
    EXPECT_EQ(count(Table::kBodies), 0);
    EXPECT_EQ(count(Table::kHolders), 0);
}

TEST_F(Kept, NumbersOfBodiesAreNotGivenTwice) {
    for (const char* name : {"s1", "s2"}) leaves_a_session(name);
    publishes(1, 1, "old");
    world_.crash(1);
    publishes(1, 1, "new");
    EXPECT_EQ(count(Table::kBodies), 2);
    for (const char* name : {"s1", "s2"}) {
        comes_back(name);
        world_.client(name).gets(publish("a", "old", 1, 1)).gets(publish("a", "new", 1, 2));
        world_.client(name).sends(puback(1)).sends(puback(2));
    }
    EXPECT_EQ(count(Table::kBodies), 0);
}

TEST_F(Kept, WhatOnlyAnEndedSubscriptionBroughtIsFreedAtOnce) {
    const mqtt::PropertyList one_at_a_time = mqtt::PropertyList()
                                                 .add(mqtt::PropertyId::kSessionExpiryInterval, 0xFFFFFFFFU)
                                                 .add(mqtt::PropertyId::kReceiveMaximum, 1);
    mqtt::Connect patient = connect_again("s", ProtocolVersion::kV5);
    patient.properties = one_at_a_time.view();
    const std::string payload(1000, 'x');
    Client& client = world_.client("s");
    client.sends(patient).gets(connack());
    client.sends(subscribe(1, "a", 1)).gets(suback(1, 1)).sends(subscribe(2, "b", 1)).gets(suback(2, 1));
    leaves_a_session("other");  // takes "a", so that those are bodies
    world_.client("p").sends(connect("p")).gets(connack());
    for (int i = 1; i <= 10; ++i) world_.client("p").says(publish(i % 2 == 0 ? "a" : "b", payload, 1, i));
    world_.run();
    client.gets(publish("b", payload, 1, 1));
    EXPECT_GT(world_.disk().bytes(), 10'000);
    EXPECT_EQ(count(Table::kBodies), 5);

    client.sends(unsubscribe(10, "b")).gets(unsuback(10));
    EXPECT_LT(world_.disk().bytes(), 7'000) << "what waited for b is gone, but for the one that was sent";
    EXPECT_EQ(count(Table::kBodies), 5);
    client.sends(unsubscribe(11, "a")).gets(unsuback(11));
    EXPECT_EQ(count(Table::kBodies), 5) << "the other session has them";
    world_.crash(1);
    client.sends(patient).gets(connack(true)).gets(again(publish("b", payload, 1, 1)));
    client.sends(puback(1)).gets_nothing();
    is_forgotten("other");
    EXPECT_EQ(count(Table::kEntries), 0);
    EXPECT_EQ(count(Table::kProgress), 0);
    EXPECT_EQ(count(Table::kBodies), 0);
}

TEST_F(Kept, WhatAnotherSubscriptionBringsTooStays) {
    const mqtt::PropertyList one_at_a_time = mqtt::PropertyList()
                                                 .add(mqtt::PropertyId::kSessionExpiryInterval, 0xFFFFFFFFU)
                                                 .add(mqtt::PropertyId::kReceiveMaximum, 1);
    mqtt::Connect patient = connect_again("s", ProtocolVersion::kV5);
    patient.properties = one_at_a_time.view();
    Client& client = world_.client("s");
    client.sends(patient).gets(connack());
    client.sends(subscribe(1, "a", 1)).gets(suback(1, 1)).sends(subscribe(2, "+", 1)).gets(suback(2, 1));
    publishes(3);
    client.gets(publish("a", "x", 1, 1)).sends(unsubscribe(3, "a")).gets(unsuback(3));
    for (int id = 1; id <= 3; ++id) {
        if (id > 1) client.gets(publish("a", "x", 1, id));
        client.sends(puback(id));
    }
    client.gets_nothing();
    EXPECT_EQ(count(Table::kEntries), 0);
}

TEST_F(Kept, ASessionThatEndsLeavesNothing) {
    leaves_a_session("s1");
    leaves_a_session("s2", 2);
    publishes(5, 2);
    publishes(70);
    EXPECT_GT(count(Table::kEntries), 0);
    for (const char* name : {"s1", "s2"}) is_forgotten(name);
    for (std::size_t table = 0; table < shard::kTables; ++table) {
        EXPECT_EQ(count(static_cast<Table>(table)), 0) << "table " << table;
    }
}

}  // namespace
}  // namespace dray::test
