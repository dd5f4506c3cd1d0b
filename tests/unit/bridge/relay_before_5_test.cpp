// The relay to a broker that speaks MQTT 3.1.1.
#include "bridge/path.h"
#include "bridge/relay.h"
#include "relay_transcript.h"

namespace dray::bridge {
namespace {

using namespace test;
using mqtt::PropertyId;

constexpr std::size_t kLevelAt = 8;  // in a CONNECT of less than 128 bytes
constexpr std::string_view kLevelUnknown("\x20\x02\x00\x01", 4);

RelayOptions options(std::vector<TopicRule> topics) {
    RelayOptions options = relay_options();
    options.remote_version = ProtocolVersion::kV311;
    options.topics = std::move(topics);
    return options;
}

class RelayBefore5 : public RelayTest {
  protected:
    explicit RelayBefore5(std::vector<TopicRule> topics = {{.filter = "t/#", .remote_prefix = "far/"}})
        : RelayTest(options(std::move(topics))) {}

    // The level of the CONNECT there.
    unsigned opens() {
        relay_.opened(Side::kRemote, now_);
        const std::string bytes = hears_bytes(Side::kRemote);
        return static_cast<std::uint8_t>(bytes.at(kLevelAt));
    }
    void refuses_level() { relay_.receive(Side::kRemote, as_bytes(kLevelUnknown), now_); }
};

class RelayBefore5OneWay : public RelayBefore5 {
  protected:
    RelayBefore5OneWay()
        : RelayBefore5({{.filter = "t/#", .direction = Direction::kOut, .remote_prefix = "far/"},
                        {.filter = "news/#", .direction = Direction::kIn}}) {}
};

TEST_F(RelayBefore5, SaysThatItIsABridge) {
    EXPECT_EQ(opens(), 0x84u);
}

TEST_F(RelayBefore5, TakesFromHereWhatABrokerOfThatAgeTakesAtOnce) {
    const mqtt::Connect local = connects_here(connack());
    EXPECT_EQ(local.version, ProtocolVersion::kV5);
    EXPECT_EQ(local.properties.integer(PropertyId::kReceiveMaximum), 20u);
}

class RelayBefore5ToOneThatTakesMore : public RelayTest {
  protected:
    RelayBefore5ToOneThatTakesMore() : RelayTest(its_options()) {}
    static RelayOptions its_options() {
        RelayOptions its = options(relay_options().topics);
        its.remote_unacknowledged_max = 100;
        return its;
    }
};

TEST_F(RelayBefore5ToOneThatTakesMore, TakesAsMuchFromHere) {
    EXPECT_EQ(connects_here(connack()).properties.integer(PropertyId::kReceiveMaximum), 100u);
}

TEST_F(RelayBefore5, PassesOnWhatThatVersionHasWordsFor) {
    comes_up();
    mqtt::PropertyList path;
    path.add_user(kPathProperty, "elsewhere").add_user(kPathProperty, "here");
    mqtt::Publish packet = retained(publish("t/1", "x", 2, 7));
    packet.properties = path.view();
    says(Side::kLocal, packet);
    const auto out = hears<mqtt::Publish>(Side::kRemote);
    EXPECT_EQ(out.topic, "far/t/1");
    EXPECT_TRUE(out.retain);
    says(Side::kRemote, pubrec(7));
    hears<mqtt::Pubrec>(Side::kLocal);
    says(Side::kLocal, pubrel(7));
    hears<mqtt::Pubrel>(Side::kRemote);
    says(Side::kRemote, pubcomp(7));
    hears<mqtt::Pubcomp>(Side::kLocal);

    says(Side::kRemote, publish("far/t/2", "x", 1, 8));
    const auto in = hears<mqtt::Publish>(Side::kLocal);
    EXPECT_EQ(path_of(in.properties), (std::vector<std::string_view>{"there", "here"}));
    says(Side::kLocal, puback(8, ReasonCode::kNotAuthorized));
    EXPECT_EQ(hears<mqtt::Puback>(Side::kRemote).packet_id, PacketId(8));
    EXPECT_EQ(figures_.in.refused, 1u);
}

// A bridge of that broker's own may have brought it from here: what it has been through is not known there.
TEST_F(RelayBefore5, EndsALoopThroughThatBrokerByItsName) {
    comes_up();
    mqtt::PropertyList path;
    path.add_user(kPathProperty, "there")
        .add_user(kPathProperty, "elsewhere")
        .add_user(kPathProperty, "here");
    mqtt::Publish packet = publish("t/1", "x", 1, 7);
    packet.properties = path.view();
    says(Side::kLocal, packet);
    hears<mqtt::Puback>(Side::kLocal);
    hears_nothing(Side::kRemote);
    EXPECT_EQ(figures_.out.looped, 1u);
}

TEST_F(RelayBefore5, IsNotGivenWhatIsRetainedAnewInASessionThatGoesOn) {
    comes_up(connack(false), connack(false));
    relay_.closed();
    connects(connack(true), connack(true));
    hears<mqtt::Subscribe>(Side::kLocal);
    hears_nothing(Side::kRemote);
    relay_.closed();
    connects(connack(false), connack(true));
    EXPECT_EQ(hears<mqtt::Subscribe>(Side::kRemote).requests.at(0).filter, "far/t/#");
}

TEST_F(RelayBefore5, SubscribesAgainWhenTheAnswerIsNotKnown) {
    connects(connack(false), connack(false));
    hears<mqtt::Subscribe>(Side::kRemote);
    relay_.closed();
    connects(connack(true), connack(true));
    hears<mqtt::Subscribe>(Side::kRemote);
}

TEST_F(RelayBefore5, DoesWithoutBeingABridgeOnlyWhereNothingWouldComeBack) {
    opens();
    refuses_level();
    EXPECT_EQ(relay_.fault(),
              "the other broker, which does not know bridges before MQTT 5.0, would give back what it is "
              "given: 'far/t/#' may go one way only");
    relay_.closed();
    EXPECT_EQ(opens(), 0x84u);
}

TEST_F(RelayBefore5OneWay, DoesWithoutBeingABridgeWhereThatIsNotKnown) {
    EXPECT_EQ(opens(), 0x84u);
    refuses_level();
    EXPECT_EQ(relay_.fault(),
              "the other broker does not know bridges before MQTT 5.0: the next attempt is any client's");
    relay_.closed();
    EXPECT_EQ(opens(), 4u);
    says(Side::kRemote, connack(false));
    EXPECT_TRUE(relay_.wants_local());
}

TEST_F(RelayBefore5OneWay, SaysWhyItIsNotLetIn) {
    opens();
    says(Side::kRemote, connack(false, ReasonCode::kNotAuthorized));
    EXPECT_EQ(relay_.fault(), "the other broker refuses the connection: Not authorized");
}

}  // namespace
}  // namespace dray::bridge
