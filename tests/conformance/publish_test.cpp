// PUBLISH and its acknowledgements, sections 3.3 to 3.7 and 4.3, both ways.
#include "harness/transcript.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(Publishing);

// [MQTT-3.1.1 3.3.4-1, 2.3.1-5, 4.3.1-1] [MQTT-5.0 3.3.4-1, 2.2.1-2, 4.3.1-1]
TEST_P(Publishing, QoS0IsDeliveredWithoutAcknowledgement) {
    client("sub").connects("sub").subscribes("t");
    client("pub").connects("pub").sends(publish("t", "beer")).gets_nothing();
    client("sub").gets(publish("t", "beer")).gets_nothing();
}

// [MQTT-3.1.1 3.3.4-1, 2.3.1-6, 4.3.2-2] [MQTT-5.0 3.3.4-1, 2.2.1-5, 4.3.2-4]
TEST_P(Publishing, QoS1IsAcknowledgedWithItsIdentifier) {
    client("sub").connects("sub").subscribes("t", 1);
    client("pub").connects("pub").sends(publish("t", "beer").qos(1).id(77)).gets(puback(77)).gets_nothing();
    client("sub").takes(publish("t", "beer").qos(1)).gets_nothing();
}

// [MQTT-3.1.1 4.3.3-2, 2.3.1-6] [MQTT-5.0 4.3.3-8, 4.3.3-11, 2.2.1-5]
TEST_P(Publishing, QoS2IsAcknowledgedInTwoSteps) {
    client("sub").connects("sub").subscribes("t", 2);
    client("pub")
        .connects("pub")
        .sends(publish("t", "beer").qos(2).id(65535))
        .gets(pubrec(65535))
        .sends(pubrel(65535))
        .gets(pubcomp(65535))
        .gets_nothing();
    client("sub").takes(publish("t", "beer").qos(2)).gets_nothing();
}

// [MQTT-3.1.1 4.3.2-1, 4.3.3-1, 2.3.1-4] [MQTT-5.0 4.3.2-1, 4.3.2-2, 4.3.3-1, 4.3.3-2, 4.3.3-4, 2.2.1-4]
TEST_P(Publishing, TheBrokerSendsUnderIdentifiersThatAreNotInUse) {
    client("sub").connects("sub").subscribes({"t"}, 2);
    client("pub").connects("pub");
    std::vector<std::uint16_t> ids;
    for (int i = 0; i < 4; ++i) {
        const std::string payload = std::to_string(i);
        client("pub").publishes(publish("t", payload).qos(1 + i % 2));
        client("sub").gets(publish("t", payload).qos(1 + i % 2));
        for (const std::uint16_t id : ids) EXPECT_NE(id, client("sub").last_id());
        ids.push_back(client("sub").last_id());
        EXPECT_NE(ids.back(), 0);
    }
    client("sub").sends(puback(ids[0])).sends(pubrec(ids[1])).gets(pubrel(ids[1])).sends(pubcomp(ids[1]));
    client("sub").gets_nothing();
}

// [MQTT-3.1.1 3.8.4-6] [MQTT-5.0 3.8.4-8]
TEST_P(Publishing, AMessageIsDeliveredAtTheLowerOfItsAndTheGrantedQoS) {
    client("pub").connects("pub");
    for (int granted = 0; granted <= 2; ++granted) {
        const std::string topic = "t" + std::to_string(granted);
        client(topic).connects(topic).subscribes(topic, granted);
        for (int published = 0; published <= 2; ++published) {
            client("pub").publishes(publish(topic, "x").qos(published));
            client(topic).takes(publish(topic, "x").qos(std::min(granted, published)));
        }
    }
}

// [MQTT-3.1.1 3.3.1-3] [MQTT-5.0 3.3.1-3]
TEST_P(Publishing, ThePublishersDupIsNotPassedOn) {
    client("sub").connects("sub").subscribes("t", 2);
    client("pub").connects("pub").publishes(publish("t", "one").qos(1).dup());
    client("pub").publishes(publish("t", "two").qos(2).dup());
    client("sub").takes(publish("t", "one").qos(1)).takes(publish("t", "two").qos(2));
}

// [MQTT-3.1.1 4.3.2-2] [MQTT-5.0 4.3.2-5]
TEST_P(Publishing, AfterPubackTheIdentifierMeansANewMessage) {
    client("sub").connects("sub").subscribes("t", 0);
    client("pub").connects("pub");
    client("pub").publishes(publish("t", "x").qos(1).id(5)).publishes(publish("t", "x").qos(1).id(5).dup());
    client("sub").gets(publish("t", "x")).gets(publish("t", "x")).gets_nothing();
}

// [MQTT-3.1.1 4.3.3-2] [MQTT-5.0 4.3.3-10]
TEST_P(Publishing, ARepeatedQoS2IsDeliveredOnce) {
    MOSQUITTO_DIFFERS("3.1.1 4.3.3-2, 5.0 4.3.3-10", "closes the connection at the second repetition");
    client("sub").connects("sub").subscribes("t", 0);
    client("pub")
        .connects("pub")
        .sends(publish("t", "once").qos(2).id(9))
        .gets(pubrec(9))
        .sends(publish("t", "once").qos(2).id(9).dup())
        .gets(pubrec(9))
        .sends(publish("t", "once").qos(2).id(9).dup())
        .gets(pubrec(9))
        .sends(pubrel(9))
        .gets(pubcomp(9));
    client("sub").gets(publish("t", "once")).gets_nothing();
}

// [MQTT-3.1.1 4.3.3-2] [MQTT-5.0 4.3.3-12]
TEST_P(Publishing, AfterPubcompTheIdentifierMeansANewMessage) {
    client("sub").connects("sub").subscribes("t", 0);
    client("pub").connects("pub");
    client("pub").publishes(publish("t", "one").qos(2).id(3)).publishes(publish("t", "two").qos(2).id(3));
    client("sub").gets(publish("t", "one")).gets(publish("t", "two")).gets_nothing();
}

// A PUBREL whose PUBCOMP was lost is repeated; its answer must not depend on what is still known.
TEST_P(Publishing, ARepeatedPubrelIsAnsweredAgain) {
    client("pub").connects("pub").publishes(publish("t", "x").qos(2).id(4));
    client("pub").sends(pubrel(4));
    // 5.0 section 3.7.2.1 has a reason for it, and mosquitto does not use it.
    const bool says_so = is_v5() && !is_mosquitto();
    client("pub").gets(pubcomp(4, says_so ? ReasonCode::kPacketIdentifierNotFound : ReasonCode::kSuccess));
}

TEST_P(Publishing, ManyQoS2FlowsMayBeOpenAtOnce) {
    client("sub").connects("sub").subscribes("t", 0);
    client("pub").connects("pub");
    constexpr std::uint16_t kFlows = 15;
    for (std::uint16_t id = 1; id <= kFlows; ++id) {
        client("pub").sends(publish("t", std::to_string(id)).qos(2).id(id)).gets(pubrec(id));
    }
    for (std::uint16_t id = kFlows; id >= 1; --id) client("pub").sends(pubrel(id)).gets(pubcomp(id));
}

// [MQTT-3.1.1 4.6.0-6] [MQTT-5.0 4.6.0-5]
TEST_P(Publishing, EachQoSArrivesInTheOrderOfItsPublishing) {
    constexpr int kMessages = 300;
    for (int qos = 0; qos <= 2; ++qos) {
        const std::string name = "q" + std::to_string(qos);
        client(name).connects(name).subscribes(name, 0);
        Client& pub = client("pub" + name).connects("pub" + name);
        for (int i = 0; i < kMessages; ++i) {
            pub.publishes(publish(name, std::to_string(i)).qos(qos).id(static_cast<std::uint16_t>(i + 1)));
        }
        for (int i = 0; i < kMessages; ++i) client(name).gets(publish(name, std::to_string(i)));
    }
}

TEST_P(Publishing, PayloadsMayBeEmptyOrHoldAnyBytes) {
    std::string every;
    for (int byte = 0; byte < 256; ++byte) every.push_back(static_cast<char>(byte));
    client("sub").connects("sub").subscribes("t", 1);
    client("pub").connects("pub").publishes(publish("t", "").qos(1)).publishes(publish("t", every).qos(1));
    client("sub").takes(publish("t", "").qos(1)).takes(publish("t", every).qos(1));
}

TEST_P(Publishing, LargePayloadsArriveWhole) {
    client("sub").connects("sub").subscribes("t", 1);
    client("pub").connects("pub");
    for (const std::size_t size : {125U, 126U, 127U, 128U, 16'383U, 16'384U, 65'535U, 65'536U, 300'000U}) {
        std::string payload(size, 'x');
        payload.back() = 'y';
        client("pub").publishes(publish("t", payload).qos(1));
        client("sub").takes(publish("t", payload).qos(1));
    }
}

TEST_P(Publishing, AClientGetsItsOwnMessagesIfItSubscribed) {
    client("a").connects("a").subscribes("t", 1);
    client("a")
        .sends(publish("t", "x").qos(1).id(8))
        .gets_in_any_order({puback(8), publish("t", "x").qos(1)});
}

TEST_P(Publishing, AMessageThatNobodyWantsIsStillAcknowledged) {
    client("pub")
        .connects("pub")
        .publishes(publish("nobody", "x").qos(1))
        .publishes(publish("nobody", "x").qos(2));
}

// A client of one version understands what a client of the other published.
TEST_P(Publishing, TheOtherVersionGetsTheMessageToo) {
    client_of(is_v5() ? v311 : v5, "sub").connects("sub").subscribes("t", 2);
    client("pub").connects("pub").publishes(publish("t", "x").qos(1)).publishes(publish("t", "y").qos(2));
    client("sub").takes(publish("t", "x").qos(1)).takes(publish("t", "y").qos(2));
}

// [MQTT-3.1.1 3.12.4-1] [MQTT-5.0 3.12.4-1]
TEST_P(Publishing, PingsAreAnswered) {
    client("a").connects("a").sends(pingreq()).gets(pingresp()).sends(pingreq()).gets(pingresp());
}

// [MQTT-3.1.1 4.7.3-4] [MQTT-5.0 4.7.3-4]
TEST_P(Publishing, TopicsAreTakenAsTheyAre) {
    client("sub").connects("sub").subscribes("#");
    client("pub").connects("pub");
    for (const char* topic : {"/", "//", "a//b", "/a", "a/", " ", "A", "\xef\xbb\xbf", "caf\xc3\xa9",
                              "cafe\xcc\x81", "\xf0\x9f\x8d\xba", "a b/c d"}) {
        client("pub").publishes(publish(topic, "x"));
        client("sub").gets(publish(topic, "x"));
    }
}

// [MQTT-3.1.1 4.7.3-3] [MQTT-5.0 4.7.3-3]
TEST_P(Publishing, ATopicMayBe65535BytesLong) {
    const std::string topic(65'535, 't');
    client("sub").connects("sub").subscribes(topic);
    client("pub").connects("pub").publishes(publish(topic, "x"));
    client("sub").gets(publish(topic, "x"));
}

}  // namespace dray::conformance
