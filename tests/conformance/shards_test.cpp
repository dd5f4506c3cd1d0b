// What must hold wherever a client's connection happens to land. With several shards the kernel spreads
// connections over them, so these transcripts use many clients and many connections of the same client.
#include <map>

#include "harness/transcript.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(AcrossShards);

constexpr int kClients = 16;

std::string name_of(const char* kind, int i) {
    return kind + std::to_string(i);
}

// [MQTT-3.1.1 4.6.0-6] [MQTT-5.0 4.6.0-5]
TEST_P(AcrossShards, EverySubscriberSeesEachPublisherInOrder) {
    constexpr int kPublishers = 4;
    constexpr int kMessages = 40;
    for (int i = 0; i < kClients; ++i)
        client(name_of("s", i)).connects(name_of("s", i)).subscribes("t/+", i % 2);
    for (int p = 0; p < kPublishers; ++p) client(name_of("p", p)).connects(name_of("p", p));
    for (int m = 1; m <= kMessages; ++m) {
        for (int p = 0; p < kPublishers; ++p) {
            client(name_of("p", p))
                .sends(publish("t/" + std::to_string(p), std::to_string(m))
                           .qos(1)
                           .id(static_cast<std::uint16_t>(m)));
        }
    }
    for (int i = 0; i < kClients; ++i) {
        std::map<std::string, int> last;
        for (int n = 0; n < kPublishers * kMessages; ++n) {
            const auto received = client(name_of("s", i)).next();
            ASSERT_TRUE(received) << "subscriber " << i << " misses messages after " << n;
            const auto& publish = std::get<mqtt::Publish>(received->packet);
            EXPECT_EQ(std::stoi(std::string(as_text(publish.payload))), ++last[std::string(publish.topic)]);
            if (publish.qos != mqtt::QoS::kAtMostOnce) {
                client(name_of("s", i)).sends(puback(static_cast<std::uint16_t>(publish.packet_id)));
            }
        }
    }
}

// [MQTT-3.1.1 3.1.2-4, 3.1.2-5] [MQTT-5.0 3.1.2-5]
TEST_P(AcrossShards, ASessionFollowsItsClient) {
    client("sub").connects(connect("sub").persistent()).subscribes("t", 2).disconnects();
    for (int i = 0; i < kClients; ++i) {
        client(name_of("p", i))
            .connects(name_of("p", i))
            .publishes(publish("t", std::to_string(i)).qos(1 + i % 2));
        client("sub").connects(connect("sub").persistent(), true);
        client("sub").takes(publish("t", std::to_string(i)).qos(1 + i % 2)).gets_nothing();
        i % 2 == 0 ? client("sub").disconnects() : client("sub").drops();
    }
}

// [MQTT-3.1.1 3.1.4-2] [MQTT-5.0 3.1.4-3]
TEST_P(AcrossShards, ATakeOverWorksFromAnyConnectionToAnyOther) {
    client("pub").connects("pub");
    client("c0").connects(connect("same").persistent()).subscribes("t", 1);
    for (int i = 1; i < kClients; ++i) {
        client(name_of("c", i)).connects(connect("same").persistent(), true);
        client(name_of("c", i - 1)).is_refused(ReasonCode::kSessionTakenOver);
        client("pub").publishes(publish("t", std::to_string(i)).qos(1));
        client(name_of("c", i)).takes(publish("t", std::to_string(i)).qos(1)).gets_nothing();
    }
}

// [MQTT-3.1.1 4.4.0-1] [MQTT-5.0 4.4.0-1]
TEST_P(AcrossShards, UnacknowledgedMessagesMoveAlongInOrder) {
    client("sub").connects(connect("sub").persistent()).subscribes("t", 1);
    client("pub").connects("pub");
    for (int m = 0; m < 5; ++m) {
        client("pub").publishes(publish("t", std::to_string(m)).qos(1));
        client("sub").gets(publish("t", std::to_string(m)).qos(1));
    }
    client("sub").drops();
    for (int i = 0; i < 8; ++i) {
        client("sub").connects(connect("sub").persistent(), true);
        for (int m = 0; m < 5; ++m) client("sub").gets(publish("t", std::to_string(m)).qos(1).dup());
        client("sub").drops();
    }
}

// [MQTT-3.1.1 4.3.3-2] [MQTT-5.0 4.3.3-10]
TEST_P(AcrossShards, ReceivedQoS2IdentifiersMoveAlong) {
    client("sub").connects("sub").subscribes("t", 0);
    for (int i = 0; i < 6; ++i) {
        const std::string payload = std::to_string(i);
        client("pub").connects(connect("pub").persistent(), i > 0);
        client("pub").sends(publish("t", payload).qos(2).id(9)).gets(pubrec(9)).drops();
        client("pub").connects(connect("pub").persistent(), true);
        client("pub").sends(publish("t", payload).qos(2).id(9).dup()).gets(pubrec(9)).drops();
        client("pub").connects(connect("pub").persistent(), true).sends(pubrel(9)).gets(pubcomp(9)).drops();
        client("sub").gets(publish("t", payload)).gets_nothing();
    }
}

// [MQTT-3.1.1 3.3.1-6] [MQTT-5.0 3.3.1-9]
TEST_P(AcrossShards, ARetainedMessageIsTheSameForEveryone) {
    for (int i = 0; i < kClients; ++i) {
        client(name_of("p", i))
            .connects(name_of("p", i))
            .publishes(publish("t", std::to_string(i)).qos(1).retain());
        client(name_of("s", i)).connects(name_of("s", i)).subscribes("t", 0);
        client(name_of("s", i)).gets(publish("t", std::to_string(i)).retain());
        client(name_of("w", i)).connects(name_of("w", i)).subscribes("+", 0);
        client(name_of("w", i)).gets(publish("t", std::to_string(i)).retain());
    }
    client("p0").publishes(publish("t", "").qos(1).retain());
    for (int i = 0; i < kClients; ++i)
        client(name_of("n", i)).connects(name_of("n", i)).subscribes("#").gets_nothing();
}

// MQTT 5.0 section 4.8.2
TEST_P(AcrossShards, AGroupSpreadOverShardsTakesEachMessageOnce) {
    constexpr int kMembers = 8;
    constexpr int kPublishers = 4;
    constexpr int kMessages = 20;
    for (int i = 0; i < kMembers; ++i)
        client(name_of("m", i)).connects(name_of("m", i)).subscribes("$share/g/t", 1);
    for (int p = 0; p < kPublishers; ++p) {
        Client& publisher = client(name_of("p", p)).connects(name_of("p", p));
        for (int m = 0; m < kMessages; ++m) {
            publisher.publishes(publish("t", std::to_string(p * kMessages + m)).qos(1));
        }
    }
    client("p0").publishes(publish("t", "end").qos(1));  // the group takes it like any other message
    std::map<std::string, int> times;
    const Deadline deadline = Deadline::standard();
    for (int i = 0; times.size() <= kPublishers * kMessages && !deadline.passed(); i = (i + 1) % kMembers) {
        for (const std::string& payload : client(name_of("m", i)).payloads_so_far()) ++times[payload];
    }
    EXPECT_EQ(times.size(), static_cast<std::size_t>(kPublishers * kMessages + 1));
    for (const auto& [payload, count] : times) EXPECT_EQ(count, 1) << payload;
}

// [MQTT-3.1.1 3.10.4-2] [MQTT-5.0 3.10.4-2]
TEST_P(AcrossShards, SubscriptionsComeAndGoEverywhere) {
    for (int i = 0; i < kClients; ++i) client(name_of("c", i)).connects(name_of("c", i));
    client("keeper").connects("keeper").subscribes("#");
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < kClients; ++i) client(name_of("c", i)).subscribes("a/+/" + std::to_string(i % 3));
        client("c0").publishes(publish("a/x/" + std::to_string(round), "in"));
        client("keeper").gets(publish("a/x/" + std::to_string(round), "in"));
        for (int i = 0; i < kClients; ++i) {
            if (i % 3 == round) client(name_of("c", i)).gets(publish("a/x/" + std::to_string(round), "in"));
            client(name_of("c", i)).sends(unsubscribe({"a/+/" + std::to_string(i % 3)})).gets(unsuback({0}));
        }
        client("c1").publishes(publish("a/x/" + std::to_string(round), "out"));
        client("keeper").gets(publish("a/x/" + std::to_string(round), "out"));
    }
    for (int i = 0; i < kClients; ++i) client(name_of("c", i)).gets_nothing();
}

// [MQTT-3.1.1 3.1.2-8] [MQTT-5.0 3.1.2-8]
TEST_P(AcrossShards, AWillReachesEveryone) {
    for (int i = 0; i < kClients; ++i)
        client(name_of("s", i)).connects(name_of("s", i)).subscribes("w", i % 3);
    for (int round = 0; round < 4; ++round) {
        client("a").connects(connect("a").will("w", std::to_string(round), 2)).drops();
        for (int i = 0; i < kClients; ++i) {
            client(name_of("s", i)).takes(publish("w", std::to_string(round)).qos(i % 3));
        }
    }
}

// A take-over race: the last CONNECT that was answered has the session, the others are told.
TEST_P(AcrossShards, ManyConnectionsAtOnceForOneClientIdLeaveExactlyOne) {
    for (int i = 0; i < kClients; ++i) client(name_of("c", i)).sends(connect("same").persistent());
    client("pub").connects("pub");
    int left = 0;
    std::string survivor;
    for (int i = 0; i < kClients; ++i) {
        Client& c = known_client(name_of("c", i));
        c.sends(pingreq());
        bool answered = false;
        while (const auto received = c.next()) {
            answered = std::holds_alternative<mqtt::Pingresp>(received->packet);
            if (answered) break;
        }
        EXPECT_TRUE(answered || c.ended());
    }
    for (int i = 0; i < kClients; ++i) {
        Client& c = known_client(name_of("c", i));
        if (c.ended()) continue;
        c.sends(pingreq());
        while (const auto received = c.next()) {
            if (!std::holds_alternative<mqtt::Pingresp>(received->packet)) continue;
            ++left;
            survivor = name_of("c", i);
            break;
        }
    }
    EXPECT_EQ(left, 1);
    client(survivor).subscribes("t");
    client("pub").publishes(publish("t", "x"));
    client(survivor).gets(publish("t", "x"));
}

}  // namespace dray::conformance
