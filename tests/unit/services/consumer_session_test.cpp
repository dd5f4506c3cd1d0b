#include "services/common/consumer_session.h"

#include <gtest/gtest.h>

#include "mqtt/decode.h"
#include "mqtt/encode.h"

namespace dray::service {
namespace {

using mqtt::PacketId;
using mqtt::ProtocolVersion;
using mqtt::ReasonCode;

// The broker's side of the transcript.
class ConsumerSessionTest : public ::testing::Test, public ConsumerSession::Events {
  protected:
    void on_up() override { ++ups_; }
    void on_message(Message message, PacketId packet_id) override {
        heard_.emplace_back(message.topic + "=" + message.payload, static_cast<int>(packet_id));
        last_ = std::move(message);
    }

    std::string gets(const mqtt::Packet& packet) {
        std::string bytes;
        mqtt::encode(packet, ProtocolVersion::kV5, bytes);
        return gets_bytes(bytes);
    }
    std::string gets_bytes(const std::string& bytes) {
        return session_.receive(as_bytes(bytes), now_, *this);
    }
    static std::string publish(const std::string& topic, const std::string& payload, std::uint16_t id,
                               const mqtt::PropertyList& properties = {}) {
        const mqtt::Publish publish{.qos = mqtt::QoS::kAtLeastOnce,
                                    .topic = topic,
                                    .packet_id = PacketId{id},
                                    .properties = properties.view(),
                                    .payload = as_bytes(payload)};
        std::string bytes;
        mqtt::encode(publish, ProtocolVersion::kV5, bytes);
        return bytes;
    }

    // What the session has sent since the last look.
    template <class Packet>
    Packet sent() {
        sent_ = session_.take_output();
        const auto frame = mqtt::next_frame(as_bytes(sent_), 1'000'000);
        EXPECT_EQ(frame.status, mqtt::FrameStatus::kDone);
        EXPECT_EQ(frame.frame.size, sent_.size()) << "one packet";
        return std::get<Packet>(*mqtt::decode(frame.frame, ProtocolVersion::kV5));
    }
    void comes_up() {
        session_.start({"$queue/billing"}, now_);
        session_.take_output();
        EXPECT_EQ(gets(mqtt::Connack{}), "");
        session_.take_output();
        EXPECT_EQ(gets(granted()), "");
    }
    static mqtt::Suback granted() {
        return {.packet_id = PacketId{1}, .properties = {}, .reasons = {ReasonCode::kGrantedQoS1}};
    }

    Instant now_{1000};
    ConsumerSession session_{{.client_id = "dray-billing-consumer"}};
    std::string sent_;
    int ups_ = 0;
    std::vector<std::pair<std::string, int>> heard_;
    Message last_;
};

TEST_F(ConsumerSessionTest, ItConnectsSubscribesAndIsUp) {
    session_.start({"order/new/+/+", "$queue/billing"}, now_);
    const auto connect = sent<mqtt::Connect>();
    EXPECT_EQ(connect.client_id, "dray-billing-consumer");
    EXPECT_FALSE(connect.clean_start);
    EXPECT_EQ(connect.properties.integer(mqtt::PropertyId::kReceiveMaximum),
              ConsumerSession::kReceiveMaximum);
    EXPECT_EQ(gets(mqtt::Connack{}), "");
    EXPECT_EQ(sent<mqtt::Subscribe>().requests.size(), 2U);
    EXPECT_EQ(ups_, 0);
    EXPECT_EQ(gets({mqtt::Suback{.packet_id = PacketId{1},
                                 .properties = {},
                                 .reasons = {ReasonCode::kGrantedQoS1, ReasonCode::kGrantedQoS1}}}),
              "");
    EXPECT_EQ(ups_, 1);
}

TEST_F(ConsumerSessionTest, NothingIsAcknowledgedBeforeItsOwnerSaysSo) {
    comes_up();
    EXPECT_EQ(gets_bytes(publish("order/reserved/o1", "x", 7) + publish("order/reserved/o2", "y", 8)), "");
    ASSERT_EQ(heard_.size(), 2U);
    EXPECT_EQ(heard_[1], (std::pair<std::string, int>{"order/reserved/o2=y", 8}));
    EXPECT_EQ(session_.take_output(), "");
    session_.acknowledge(PacketId{7}, ReasonCode::kSuccess);
    EXPECT_EQ(sent<mqtt::Puback>().packet_id, PacketId{7});
    session_.acknowledge(PacketId{8}, ReasonCode::kImplementationSpecificError);
    EXPECT_EQ(sent<mqtt::Puback>().reason, ReasonCode::kImplementationSpecificError);
}

TEST_F(ConsumerSessionTest, BytesMayComeInAnyPieces) {
    comes_up();
    mqtt::PropertyList properties;
    properties.add_user("stream-offset", "42");
    for (const char byte : publish("order/new/60614/o1", "payload", 9, properties)) {
        EXPECT_EQ(gets_bytes(std::string(1, byte)), "");
    }
    ASSERT_EQ(heard_.size(), 1U);
    EXPECT_EQ(last_.user_property("stream-offset"), "42");
    EXPECT_EQ(last_.user_property("event-id"), "");
}

TEST_F(ConsumerSessionTest, ARefusalIsSaidInWords) {
    session_.start({"$queue/billing"}, now_);
    EXPECT_EQ(gets(mqtt::Connack{.reason = ReasonCode::kNotAuthorized, .properties = {}}),
              "the broker refuses the connection: Not authorized");
    session_.start({"$queue/billing"}, now_);
    EXPECT_EQ(gets(mqtt::Connack{}), "");
    EXPECT_EQ(gets(mqtt::Suback{
                  .packet_id = PacketId{1}, .properties = {}, .reasons = {ReasonCode::kTopicFilterInvalid}}),
              "the broker refuses to subscribe $queue/billing: Topic Filter invalid");
}

TEST_F(ConsumerSessionTest, ASilentBrokerIsNoticed) {
    comes_up();
    session_.take_output();
    now_ = now_ + std::chrono::seconds(11);
    EXPECT_EQ(session_.tick(now_), "");
    sent<mqtt::Pingreq>();
    EXPECT_EQ(gets(mqtt::Pingresp{}), "");
    now_ = now_ + std::chrono::seconds(11);
    EXPECT_EQ(session_.tick(now_), "");
    now_ = now_ + std::chrono::seconds(11);
    EXPECT_EQ(session_.tick(now_), "the broker no longer answers");
}

TEST_F(ConsumerSessionTest, GarbageEndsTheConnectionAndNotTheProgram) {
    comes_up();
    EXPECT_NE(gets_bytes(std::string("\x00\x00", 2)), "");
}

}  // namespace
}  // namespace dray::service
