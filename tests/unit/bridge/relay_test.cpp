// The relay between two brokers whose packets are written down here, one by one.
#include "bridge/relay.h"

#include "bridge/path.h"
#include "relay_transcript.h"

namespace dray::bridge {
namespace {

using namespace test;
using mqtt::PropertyId;
using mqtt::PropertyList;

TEST_F(RelayTest, KeepsASessionOnBothSidesAndAsksForNothingOfItsOwn) {
    relay_.opened(Side::kRemote, now_);
    const auto remote = hears<mqtt::Connect>(Side::kRemote);
    EXPECT_FALSE(remote.clean_start);
    EXPECT_EQ(remote.client_id, "dray-north");
    EXPECT_EQ(remote.properties.integer(PropertyId::kSessionExpiryInterval), 0xFFFFFFFFu);
    EXPECT_FALSE(relay_.wants_local());

    PropertyList granted;
    granted.add(PropertyId::kReceiveMaximum, 20U);
    says(Side::kRemote, mqtt::Connack{true, ReasonCode::kSuccess, granted.view()});
    EXPECT_FALSE(relay_.listens(Side::kRemote)) << "there is nowhere to go for a message";
    relay_.opened(Side::kLocal, now_);
    const auto local = hears<mqtt::Connect>(Side::kLocal);
    EXPECT_FALSE(local.clean_start);
    EXPECT_EQ(local.properties.integer(PropertyId::kReceiveMaximum), 20u);
    says(Side::kLocal, connack(true));

    const auto there = hears<mqtt::Subscribe>(Side::kRemote);
    EXPECT_EQ(there.requests.at(0).filter, "far/t/#");
    EXPECT_TRUE(there.requests.at(0).options.no_local);
    EXPECT_TRUE(there.requests.at(0).options.retain_as_published);
    EXPECT_EQ(hears<mqtt::Subscribe>(Side::kLocal).requests.at(0).filter, "t/#");
}

class RelayThatTakesLess : public RelayTest {
  protected:
    RelayThatTakesLess() : RelayTest(its_options()) {}
    static RelayOptions its_options() {
        RelayOptions its = relay_options();
        its.remote_unacknowledged_max = 10;
        return its;
    }
};

TEST_F(RelayThatTakesLess, AsksForNoMoreThanEitherWants) {
    for (const std::uint32_t receive_max : {5U, 20U}) {
        PropertyList granted;
        granted.add(PropertyId::kReceiveMaximum, receive_max);
        const mqtt::Connect local = connects_here({true, ReasonCode::kSuccess, granted.view()});
        EXPECT_EQ(local.properties.integer(PropertyId::kReceiveMaximum), std::min(receive_max, 10U));
        relay_.closed();
    }
}

TEST_F(RelayTest, AcknowledgesWhenTheOtherSideHas) {
    comes_up();
    says(Side::kLocal, publish("t/1", "x", 1, 7));
    const auto passed = hears<mqtt::Publish>(Side::kRemote);
    EXPECT_EQ(passed.topic, "far/t/1");
    EXPECT_EQ(passed.packet_id, PacketId(7));
    hears_nothing(Side::kLocal);
    says(Side::kRemote, puback(7));
    EXPECT_EQ(hears<mqtt::Puback>(Side::kLocal).packet_id, PacketId(7));
    EXPECT_EQ(figures_.out.messages, 1u);
    EXPECT_EQ(figures_.in.messages, 0u);
}

TEST_F(RelayTest, PassesOnEveryStepOfQoS2) {
    comes_up();
    says(Side::kRemote, publish("far/t/1", "x", 2, 7));
    EXPECT_EQ(hears<mqtt::Publish>(Side::kLocal).topic, "t/1");
    says(Side::kLocal, pubrec(7));
    hears<mqtt::Pubrec>(Side::kRemote);
    says(Side::kRemote, pubrel(7));
    hears<mqtt::Pubrel>(Side::kLocal);
    says(Side::kLocal, pubcomp(7));
    hears<mqtt::Pubcomp>(Side::kRemote);
    hears_nothing(Side::kLocal);
}

TEST_F(RelayTest, CountsWhatComesAgain) {
    comes_up();
    says(Side::kLocal, again(publish("t/1", "x", 1, 7)));
    EXPECT_TRUE(hears<mqtt::Publish>(Side::kRemote).dup);
    EXPECT_EQ(figures_.out.repeated, 1u);
}

TEST_F(RelayTest, WritesDownWhereAMessageHasBeen) {
    comes_up();
    says(Side::kLocal, publish("t/1", "x", 1, 7));
    const auto out = hears<mqtt::Publish>(Side::kRemote);
    EXPECT_EQ(path_of(out.properties), (std::vector<std::string_view>{"here", "there"}));
    says(Side::kRemote, publish("far/t/1", "x", 1, 7));
    const auto in = hears<mqtt::Publish>(Side::kLocal);
    EXPECT_EQ(path_of(in.properties), (std::vector<std::string_view>{"there", "here"}));
}

TEST_F(RelayTest, PassesOnWhatAnotherBridgeHasBrought) {
    comes_up();
    PropertyList path;
    path.add_user(kPathProperty, "elsewhere").add_user(kPathProperty, "here");
    mqtt::Publish packet = publish("t/1", "x", 1, 7);
    packet.properties = path.view();
    says(Side::kLocal, packet);
    const auto passed = hears<mqtt::Publish>(Side::kRemote);
    EXPECT_EQ(path_of(passed.properties), (std::vector<std::string_view>{"elsewhere", "here", "there"}));
}

TEST_F(RelayTest, EndsALoop) {
    comes_up();
    for (const char* site : {"here", "there"}) {
        PropertyList path;
        path.add_user(kPathProperty, site).add_user(kPathProperty, "elsewhere");
        mqtt::Publish packet = publish("t/1", "x", 2, 7);
        packet.properties = path.view();
        says(Side::kLocal, packet);
        EXPECT_EQ(hears<mqtt::Pubrec>(Side::kLocal).reason, ReasonCode::kImplementationSpecificError);
    }
    hears_nothing(Side::kRemote);
    EXPECT_EQ(figures_.out.looped, 2u);
    EXPECT_EQ(figures_.out.messages, 0u);
}

// What went out to it came back, by its own bridge or by ours.
TEST_F(RelayTest, EndsALoopThroughABrokerWithoutAName) {
    for (const Side side : {Side::kLocal, Side::kRemote}) {
        comes_up();
        PropertyList path;
        path.add_user(kPathProperty, "here").add_user(kPathProperty, kNameless);
        mqtt::Publish packet = publish(side == Side::kLocal ? "t/1" : "far/t/1", "x", 1, 7);
        packet.properties = path.view();
        says(side, packet);
        EXPECT_EQ(hears<mqtt::Puback>(side).reason, ReasonCode::kImplementationSpecificError);
        EXPECT_EQ(figures_.from(side).looped, 1u);
        relay_.closed();
    }
}

TEST_F(RelayTest, EndsALoopOfBrokersWithoutNames) {
    comes_up();
    PropertyList path;
    for (std::size_t i = 0; i < kHopsMax; ++i) path.add_user(kPathProperty, std::to_string(i));
    mqtt::Publish packet = publish("far/t/1", "x", 1, 7);
    packet.properties = path.view();
    says(Side::kRemote, packet);
    EXPECT_EQ(hears<mqtt::Puback>(Side::kRemote).reason, ReasonCode::kImplementationSpecificError);
    EXPECT_EQ(figures_.in.looped, 1u);
}

TEST_F(RelayTest, DropsWhatIsTooLongForTheOtherSide) {
    PropertyList granted;
    granted.add(PropertyId::kMaximumPacketSize, 40U);
    comes_up({true, ReasonCode::kSuccess, granted.view()});
    says(Side::kLocal, publish("t/1", std::string(40, 'x'), 1, 7));
    EXPECT_EQ(hears<mqtt::Puback>(Side::kLocal).reason, ReasonCode::kImplementationSpecificError);
    hears_nothing(Side::kRemote);
    EXPECT_EQ(figures_.out.dropped, 1u);
}

TEST_F(RelayTest, TellsOfARefusalForGoodAndWaitsAfterOneForNow) {
    comes_up();
    says(Side::kLocal, publish("t/1", "x", 1, 7));
    says(Side::kRemote, puback(7, ReasonCode::kNotAuthorized));
    EXPECT_EQ(hears<mqtt::Puback>(Side::kLocal).reason, ReasonCode::kNotAuthorized);
    EXPECT_EQ(figures_.out.refused, 1u);
    EXPECT_EQ(notes_, "Not authorized");

    says(Side::kLocal, publish("t/2", "x", 1, 8));
    says(Side::kRemote, puback(8, ReasonCode::kQuotaExceeded));
    hears_nothing(Side::kLocal);
    EXPECT_EQ(relay_.fault(), "the other broker takes no message for now: Quota exceeded");
}

TEST_F(RelayTest, ReleasesTheIdsOfASessionThatIsNoMoreBeforeNewMessagesGetThem) {
    // The other broker remembers a bridge that this one has forgotten.
    connects(connack(true), connack(false));
    says(Side::kLocal, publish("t/1", "x", 2, 1));
    std::uint32_t released = 0;
    for (; released < 65'535; ++released) {
        const auto id = static_cast<int>(hears<mqtt::Pubrel>(Side::kRemote).packet_id);
        ASSERT_EQ(id, static_cast<int>(released) + 1);
        if (id == 65'535) break;
        says(Side::kRemote, pubcomp(id));
    }
    hears<mqtt::Subscribe>(Side::kRemote);
    hears<mqtt::Subscribe>(Side::kLocal);
    hears_nothing(Side::kRemote);
    says(Side::kRemote, pubcomp(65'535));
    EXPECT_EQ(hears<mqtt::Publish>(Side::kRemote).packet_id, PacketId(1));
    hears_nothing(Side::kLocal);
}

TEST_F(RelayTest, ReleasesThemAfterAnotherLossOfTheConnectionToo) {
    connects(connack(true), connack(false));
    relay_.closed();
    connects(connack(true), connack(true));
    hears<mqtt::Pubrel>(Side::kRemote);
}

TEST_F(RelayTest, SaysWhyItIsNotLetIn) {
    PropertyList why;
    why.add(PropertyId::kReasonString, "wrong password");
    relay_.opened(Side::kRemote, now_);
    says(Side::kRemote, mqtt::Connack{false, ReasonCode::kBadUserNameOrPassword, why.view()});
    EXPECT_EQ(relay_.fault(),
              "the other broker refuses the connection: Bad User Name or Password (wrong password)");
    relay_.closed();
    relay_.opened(Side::kRemote, now_);
    relay_.receive(Side::kRemote, as_bytes(std::string_view("\x20\x02\x00\x01", 4)), now_);
    EXPECT_EQ(relay_.fault(),
              "what the other broker sent is not right: it does not speak MQTT 5.0: "
              "the bridge needs version = \"3.1.1\"");
}

TEST_F(RelayTest, HearsAboutSilence) {
    comes_up();
    now_ = relay_.next_deadline();
    relay_.tick(now_);
    hears<mqtt::Pingreq>(Side::kRemote);
    says(Side::kRemote, mqtt::Pingresp{});
    EXPECT_EQ(relay_.fault(), "");
    for (int i = 0; i < 4; ++i) relay_.tick(now_ = relay_.next_deadline());
    EXPECT_EQ(relay_.fault(), "the other broker is silent");
}

TEST_F(RelayTest, IsNotReadWhileTheOtherSideTakesNothing) {
    comes_up();
    const std::string payload(200'000, 'x');
    for (int i = 1; i <= 6; ++i) says(Side::kLocal, publish("t/1", payload, 0));
    EXPECT_FALSE(relay_.listens(Side::kLocal));
    EXPECT_TRUE(relay_.listens(Side::kRemote));
    for (int i = 1; i <= 6; ++i) hears<mqtt::Publish>(Side::kRemote);
    EXPECT_TRUE(relay_.listens(Side::kLocal));
}

}  // namespace
}  // namespace dray::bridge
