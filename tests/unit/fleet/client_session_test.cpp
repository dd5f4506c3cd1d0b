// The client's side of MQTT 3.1.1 as a transcript: what the broker says is encoded here, what the client says
// decoded.
#include "link/client_session.h"

#include <gtest/gtest.h>

#include "mqtt/decode.h"
#include "mqtt/encode.h"

namespace dray {
namespace {

using namespace std::chrono_literals;
using link::ClientSession;
using link::Hello;
using mqtt::PacketId;
using mqtt::QoS;
using mqtt::ReasonCode;

constexpr auto kVersion = mqtt::ProtocolVersion::kV311;

class Client : public testing::Test, protected ClientSession::Events {
  protected:
    void on_up() override { ++ups_; }
    void on_message(std::string_view topic, ByteView payload) override {
        messages_.emplace_back(std::string(topic) + "=" + std::string(as_text(payload)));
    }
    void on_subscription_refused() override { ++refused_; }

    const char* broker_says(const mqtt::Packet& packet) {
        std::string bytes;
        mqtt::encode(packet, kVersion, bytes);
        return session_.receive(as_bytes(bytes), now_, *this);
    }
    void come_up(const Hello& hello = {.client_id = "v0001"}) {
        session_.start(hello, now_);
        said();
        ASSERT_EQ(broker_says(mqtt::Connack{}), nullptr);
    }
    // Takes what the client has to send, packet by packet, in a readable form.
    std::vector<std::string> said() {
        const std::string bytes(session_.output());
        session_.sent(bytes.size());
        std::vector<std::string> packets;
        for (ByteView rest = as_bytes(bytes); !rest.empty();) {
            const auto next = mqtt::next_frame(rest, 1 << 20);
            EXPECT_EQ(next.status, mqtt::FrameStatus::kDone);
            const auto packet = mqtt::decode(next.frame, kVersion);
            EXPECT_TRUE(packet.has_value());
            packets.push_back(readable(*packet));
            rest = rest.subspan(next.frame.size);
        }
        return packets;
    }
    static std::string readable(const mqtt::Packet& packet) {
        if (const auto* p = std::get_if<mqtt::Publish>(&packet))
            return "PUBLISH " + std::string(p->topic) + "=" + std::string(as_text(p->payload)) + " q" +
                   std::to_string(static_cast<int>(p->qos)) + (p->retain ? " retain" : "") +
                   (p->dup ? " dup" : "") +
                   (p->qos == QoS::kAtMostOnce ? "" : " #" + std::to_string(static_cast<int>(p->packet_id)));
        if (const auto* p = std::get_if<mqtt::Connect>(&packet))
            return "CONNECT " + std::string(p->client_id) + (p->clean_start ? " clean" : "") + " " +
                   std::to_string(p->keep_alive_s) + (p->will ? " will " + std::string(p->will->topic) : "") +
                   (p->user_name ? " user " + std::string(*p->user_name) : "");
        if (const auto* p = std::get_if<mqtt::Subscribe>(&packet)) {
            std::string text = "SUBSCRIBE";
            for (const auto& request : p->requests)
                text += " " + std::string(request.filter) + " q" +
                        std::to_string(static_cast<int>(request.options.qos));
            return text;
        }
        if (const auto* p = std::get_if<mqtt::Unsubscribe>(&packet))
            return "UNSUBSCRIBE " + std::string(p->filters.front());
        if (const auto* p = std::get_if<mqtt::Puback>(&packet))
            return "PUBACK #" + std::to_string(static_cast<int>(p->packet_id));
        if (std::holds_alternative<mqtt::Pingreq>(packet)) return "PINGREQ";
        if (std::holds_alternative<mqtt::Disconnect>(packet)) return "DISCONNECT";
        return "?";
    }
    using Said = std::vector<std::string>;

    ClientSession session_;
    Instant now_{1'000'000};
    int ups_ = 0;
    int refused_ = 0;
    std::vector<std::string> messages_;
};

TEST_F(Client, SaysHelloWithItsWillAndIsUpAfterConnack) {
    session_.start({.client_id = "v0001",
                    .user_name = "fleet",
                    .password = "secret",
                    .will_topic = "vehicle/v0001/status",
                    .will_payload = "offline"},
                   now_);
    EXPECT_EQ(said(), Said{"CONNECT v0001 60 will vehicle/v0001/status user fleet"});
    EXPECT_FALSE(session_.up());
    EXPECT_EQ(broker_says(mqtt::Connack{}), nullptr);
    EXPECT_TRUE(session_.up());
    EXPECT_EQ(ups_, 1);
}

TEST_F(Client, SaysWhyItWasRefused) {
    session_.start({.client_id = "v0001"}, now_);
    EXPECT_NE(broker_says(mqtt::Connack{.reason = ReasonCode::kNotAuthorized, .properties = {}}), nullptr);
    ASSERT_NE(session_.refusal(), nullptr);
    EXPECT_STREQ(session_.refusal(), "the broker refuses the login: not authorized");
    EXPECT_FALSE(session_.up());
}

TEST_F(Client, SubscribesAtQoS1AndNotesARefusal) {
    come_up();
    const std::vector<std::string> filters{"order/ship/60614/+", "vehicle/v0001/command"};
    session_.subscribe(filters, QoS::kAtLeastOnce);
    EXPECT_EQ(said(), Said{"SUBSCRIBE order/ship/60614/+ q1 vehicle/v0001/command q1"});
    broker_says(mqtt::Suback{PacketId{1}, {}, {ReasonCode::kGrantedQoS1, ReasonCode::kUnspecifiedError}});
    EXPECT_EQ(refused_, 1);
}

TEST_F(Client, AcknowledgesAMessageOfQoS1AfterItWasTaken) {
    come_up();
    broker_says(mqtt::Publish{.qos = QoS::kAtLeastOnce,
                              .topic = "vehicle/v0001/command",
                              .packet_id = PacketId{9},
                              .properties = {},
                              .payload = as_bytes("drive")});
    EXPECT_EQ(messages_, Said{"vehicle/v0001/command=drive"});
    EXPECT_EQ(said(), Said{"PUBACK #9"});
}

TEST_F(Client, UnderstandsTheBrokerWhereverItsBytesAreCut) {
    std::string bytes;
    mqtt::encode(mqtt::Connack{}, kVersion, bytes);
    mqtt::encode(mqtt::Publish{.topic = "a", .properties = {}, .payload = as_bytes("one")}, kVersion, bytes);
    mqtt::encode(mqtt::Pingresp{}, kVersion, bytes);
    const std::string long_text(300, 'x');
    mqtt::encode(mqtt::Publish{.topic = "b", .properties = {}, .payload = as_bytes(long_text)}, kVersion,
                 bytes);
    for (std::size_t first = 0; first <= bytes.size(); ++first)
        for (std::size_t second = first; second <= bytes.size(); second += 7) {
            session_ = ClientSession();
            messages_.clear();
            session_.start({.client_id = "v0001"}, now_);
            const std::string_view all = bytes;
            for (const auto part :
                 {all.substr(0, first), all.substr(first, second - first), all.substr(second)})
                ASSERT_EQ(session_.receive(as_bytes(part), now_, *this), nullptr);
            ASSERT_EQ(messages_, (Said{"a=one", "b=" + long_text})) << first << " " << second;
        }
}

TEST_F(Client, KeepsWhatIsNotAcknowledgedAndSendsItAgainInOrder) {
    EXPECT_TRUE(session_.publish("status", "idle", QoS::kAtLeastOnce, true));  // before it is up
    EXPECT_EQ(said(), Said{});
    come_up();
    EXPECT_EQ(said(), Said{"PUBLISH status=idle q1 retain dup #1"});
    session_.publish("bid", "mine", QoS::kAtLeastOnce, false);
    session_.publish("bid", "other", QoS::kAtLeastOnce, false);
    EXPECT_EQ(said(), (Said{"PUBLISH bid=mine q1 #2", "PUBLISH bid=other q1 #3"}));
    broker_says(mqtt::Puback{{.packet_id = PacketId{2}, .properties = {}}});
    EXPECT_EQ(session_.unacknowledged(), 2U);
    session_.lost();
    come_up();
    EXPECT_EQ(said(), (Said{"PUBLISH status=idle q1 retain dup #1", "PUBLISH bid=other q1 dup #3"}));
    broker_says(mqtt::Puback{{.packet_id = PacketId{1}, .properties = {}}});
    broker_says(mqtt::Puback{{.packet_id = PacketId{3}, .properties = {}}});
    EXPECT_EQ(session_.unacknowledged(), 0U);
}

TEST_F(Client, APositionIsNotKeptForLater) {
    EXPECT_FALSE(session_.publish("location", "here", QoS::kAtMostOnce, false));
    come_up();
    EXPECT_EQ(said(), Said{});
    EXPECT_TRUE(session_.publish("location", "here", QoS::kAtMostOnce, false));
    EXPECT_EQ(said(), Said{"PUBLISH location=here q0"});
}

TEST_F(Client, ABrokerThatTakesNothingDoesNotFillTheMemory) {
    come_up();
    const std::string payload(1000, 'x');
    int taken = 0;
    while (session_.publish("location", payload, QoS::kAtMostOnce, false) && taken < 10000) ++taken;
    EXPECT_GT(taken, 100);
    EXPECT_LT(taken, 1000);
    taken = 0;
    while (session_.publish("bid", "x", QoS::kAtLeastOnce, false) && taken < 10000) ++taken;
    EXPECT_LT(taken, 1000);
}

TEST_F(Client, PingsASilentBrokerAndGivesItUpWhenItDoesNotAnswer) {
    come_up({.client_id = "v0001", .keep_alive_s = 60});
    now_ = now_ + 45s;
    EXPECT_EQ(session_.tick(now_), nullptr);
    EXPECT_EQ(said(), Said{});
    now_ = now_ + 1s;
    EXPECT_EQ(session_.tick(now_), nullptr);
    EXPECT_EQ(session_.tick(now_), nullptr);
    EXPECT_EQ(said(), Said{"PINGREQ"});
    broker_says(mqtt::Pingresp{});
    now_ = now_ + 46s;
    EXPECT_EQ(session_.tick(now_), nullptr);
    EXPECT_EQ(said(), Said{"PINGREQ"});
    now_ = now_ + 20s;
    EXPECT_STREQ(session_.tick(now_, false), "no radio for longer than the keep-alive allows");
    EXPECT_STREQ(session_.tick(now_), "the broker no longer answers");
}

TEST_F(Client, GivesUpWaitingForConnack) {
    session_.start({.client_id = "v0001"}, now_);
    EXPECT_EQ(session_.tick(now_ + 20s), nullptr);
    EXPECT_STREQ(session_.tick(now_ + 21s), "no CONNACK from the broker");
}

TEST_F(Client, ClosesOnWhatNoBrokerMaySend) {
    const auto after_connack = [&](const mqtt::Packet& packet) {
        session_ = ClientSession();
        come_up();
        return broker_says(packet) != nullptr;
    };
    EXPECT_TRUE(after_connack(mqtt::Connack{}));
    EXPECT_TRUE(after_connack(mqtt::Pingreq{}));
    EXPECT_TRUE(after_connack(mqtt::Connect{.version = kVersion,
                                            .client_id = "x",
                                            .properties = {},
                                            .will = {},
                                            .user_name = {},
                                            .password = {}}));
    EXPECT_TRUE(after_connack(mqtt::Publish{
        .qos = QoS::kExactlyOnce, .topic = "a", .packet_id = PacketId{1}, .properties = {}, .payload = {}}));
    session_ = ClientSession();
    session_.start({.client_id = "v0001"}, now_);
    EXPECT_NE(broker_says(mqtt::Pingresp{}), nullptr);
    session_ = ClientSession();
    session_.start({.client_id = "v0001"}, now_);
    EXPECT_NE(session_.receive(as_bytes("HTTP/1.1 400 Bad Request\r\n"), now_, *this), nullptr);
}

TEST_F(Client, PacketIdsComeRoundWithoutTakingOneThatIsInUse) {
    come_up();
    session_.publish("first", "", QoS::kAtLeastOnce, false);
    for (int i = 2; i <= 65535; ++i) {
        session_.publish("x", "", QoS::kAtLeastOnce, false);
        broker_says(mqtt::Puback{{.packet_id = PacketId{static_cast<std::uint16_t>(i)}, .properties = {}}});
        session_.sent(session_.output().size());
    }
    session_.publish("next", "", QoS::kAtLeastOnce, false);
    EXPECT_EQ(said(), Said{"PUBLISH next= q1 #2"});
}

}  // namespace
}  // namespace dray
