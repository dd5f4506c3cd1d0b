// What a client that asks for it is told of each acknowledgement: how durable, and how far the log.
#include <map>

#include "shard_counts.h"

namespace dray::test {
namespace {

using mqtt::PropertyId;
using mqtt::PropertyList;

DRAY_EACH_SHARD_COUNT(AckDurability);

WorldOptions with_disk(WorldOptions options) {
    options.disk = Disk::kByItself;
    return options;
}

// A session that lasts, and more terms.
Client& connects(World& world, const PropertyList& more) {
    PropertyList terms = PropertyList().add(PropertyId::kSessionExpiryInterval, 100U);
    for (const mqtt::Property& property : more.view()) terms.add(property);
    mqtt::Connect packet = connect("a", kV5);
    packet.properties = terms.view();
    return world.client("a").sends(packet).gets(connack());
}

PropertyList asking() {
    return PropertyList().add_user("ack-durability", "1");
}

using UserProperties = std::map<std::string, std::string>;
template <typename Kind>
UserProperties told_with(Client& client) {
    UserProperties told;
    for (const mqtt::Property& property : client.takes<Kind>().properties) {
        if (property.id == PropertyId::kUserProperty) told.emplace(property.text, property.value);
    }
    return told;
}

TEST_P(AckDurability, EachSaysHowDurableItIsAndThePositionGrows) {
    World world(with_disk(options()));
    Client& s = world.client("s").sends(connect_again("s")).gets(connack());
    s.sends(subscribe(1, "t/#", 2)).gets(suback(1, 2)).drops();
    Client& a = connects(world, asking());
    std::uint64_t last = 0;
    const auto expect_next = [&](UserProperties told, const char* what) {
        EXPECT_EQ(told["durability"], "fsync") << what;
        const std::uint64_t position = std::stoull("0" + told["position"]);
        EXPECT_GT(position, last) << what;
        last = position;
    };
    expect_next(told_with<mqtt::Suback>(a.sends(subscribe(1, "u", 2))), "SUBACK");
    expect_next(told_with<mqtt::Puback>(a.sends(publish("t/x", "1", 1, 2))), "PUBACK");
    expect_next(told_with<mqtt::Pubrec>(a.sends(publish("t/x", "2", 2, 3))), "PUBREC");
    expect_next(told_with<mqtt::Pubcomp>(a.sends(pubrel(3))), "PUBCOMP");
    expect_next(told_with<mqtt::Unsuback>(a.sends(unsubscribe(4, "u"))), "UNSUBACK");
    world.crash(GetParam());
    connects(world, asking());
    expect_next(told_with<mqtt::Puback>(a.sends(publish("t/x", "3", 1, 5))), "after a crash");
}

// What is said to a message's taker promises nothing.
TEST_P(AckDurability, PubrelSaysNothingOfIt) {
    World world(with_disk(options()));
    Client& a = connects(world, asking());
    told_with<mqtt::Suback>(a.sends(subscribe(1, "t", 2)));
    world.client("p").sends(connect("p")).gets(connack()).sends(publish("t", "x", 2, 1)).gets(pubrec(1));
    a.gets(publish("t", "x", 2, 1)).sends(pubrec(1)).gets(pubrel(1));
}

TEST_P(AckDurability, WithoutADiskItIsMemoryAndThereIsNoPosition) {
    World world(options());
    Client& a = connects(world, asking());
    EXPECT_EQ(told_with<mqtt::Puback>(a.sends(publish("t", "1", 1, 1))),
              (UserProperties{{"durability", "memory"}}));
}

TEST_P(AckDurability, RefusalsSayNothingOfIt) {
    World world(with_disk(options()));
    Client& a = connects(world, asking());
    EXPECT_EQ(told_with<mqtt::Puback>(a.sends(publish("$SYS/x", "1", 1, 1))), UserProperties());
    EXPECT_EQ(told_with<mqtt::Pubrec>(a.sends(publish("$SYS/x", "1", 2, 2))), UserProperties());
    EXPECT_EQ(told_with<mqtt::Pubcomp>(a.sends(pubrel(9))), UserProperties());
}

TEST_P(AckDurability, WhoDoesNotAskIsToldNothing) {
    World world(with_disk(options()));
    Client& a = connects(world, PropertyList().add_user("ack-durability", "0").add_user("other", "1"));
    a.sends(publish("t", "1", 1, 1)).gets(puback(1, ReasonCode::kNoMatchingSubscribers));
    a.sends(subscribe(2, "t", 1)).gets(suback(2, 1));
}

// [MQTT-5.0 3.1.2-29]
TEST_P(AckDurability, WhoWantsNoProblemInformationIsToldNothing) {
    World world(with_disk(options()));
    Client& a = connects(world, asking().add(PropertyId::kRequestProblemInformation, 0U));
    a.sends(publish("t", "1", 1, 1)).gets(puback(1, ReasonCode::kNoMatchingSubscribers));
    a.sends(subscribe(2, "t", 1)).gets(suback(2, 1));
}

TEST_P(AckDurability, ItIsLeftOutWhereItDoesNotFit) {
    World world(with_disk(options()));
    Client& a = connects(world, asking().add(PropertyId::kMaximumPacketSize, 39U));
    a.sends(publish("t", "1", 1, 1)).gets(puback(1, ReasonCode::kNoMatchingSubscribers));
    a.sends(subscribe(2, "t", 1)).gets(suback(2, 1)).is_open();
}

}  // namespace
}  // namespace dray::test
