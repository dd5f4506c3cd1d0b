#include "sample_packets.h"

#include "wire_text.h"

namespace dray::mqtt {
namespace {

Connect minimal_connect(ProtocolVersion version) {
    Connect connect;
    connect.version = version;
    connect.keep_alive_s = 60;
    connect.client_id = "id";
    return connect;
}

Connect full_connect() {
    Connect connect = minimal_connect(kV311);
    connect.clean_start = false;
    connect.keep_alive_s = 0xfffe;
    connect.will = Will{.topic = "w/t",
                        .payload = as_bytes("gone"),
                        .qos = QoS::kExactlyOnce,
                        .retain = true,
                        .properties = {}};
    connect.user_name = "user";
    connect.password = as_bytes("pass");
    return connect;
}

Publish publish(QoS qos) {
    Publish publish;
    publish.qos = qos;
    publish.topic = "a/b";
    if (qos != QoS::kAtMostOnce) publish.packet_id = PacketId{0x1234};
    publish.payload = as_bytes("hi");
    return publish;
}

Publish flagged_publish() {
    Publish again = publish(QoS::kAtLeastOnce);
    again.dup = true;
    again.retain = true;
    again.payload = {};
    return again;
}

template <typename Type>
Type acknowledgement() {
    Type acknowledgement;
    acknowledgement.packet_id = PacketId{10};
    return acknowledgement;
}

Subscribe subscribe() {
    Subscribe subscribe;
    subscribe.packet_id = PacketId{10};
    subscribe.requests = {{"a/b", {.qos = QoS::kAtLeastOnce}}, {"c/+/#", {.qos = QoS::kExactlyOnce}}};
    return subscribe;
}

Suback suback() {
    Suback suback;
    suback.packet_id = PacketId{10};
    suback.reasons = {ReasonCode::kSuccess, ReasonCode::kGrantedQoS2, ReasonCode::kUnspecifiedError};
    return suback;
}

Unsubscribe unsubscribe() {
    Unsubscribe unsubscribe;
    unsubscribe.packet_id = PacketId{10};
    unsubscribe.filters = {"a/b", "c/d"};
    return unsubscribe;
}

Unsuback unsuback() {
    Unsuback unsuback;
    unsuback.packet_id = PacketId{10};
    return unsuback;
}

Connack connack(bool present, ReasonCode reason) {
    Connack connack;
    connack.session_present = present;
    connack.reason = reason;
    return connack;
}

void add_for(ProtocolVersion version, std::vector<Sample>& samples) {
    const auto add = [&](const char* name, Packet packet, const char* bytes) {
        samples.push_back({name, version, std::move(packet), wire(bytes)});
    };
    add("CONNACK accepted", connack(false, ReasonCode::kSuccess), "20 02 00 00");
    add("CONNACK 1", connack(false, ReasonCode::kUnsupportedProtocolVersion), "20 02 00 01");
    add("CONNACK 2", connack(false, ReasonCode::kClientIdentifierNotValid), "20 02 00 02");
    add("CONNACK 3", connack(false, ReasonCode::kServerUnavailable), "20 02 00 03");
    add("CONNACK 4", connack(false, ReasonCode::kBadUserNameOrPassword), "20 02 00 04");
    add("CONNACK 5", connack(false, ReasonCode::kNotAuthorized), "20 02 00 05");
    add("PUBLISH QoS 0", publish(QoS::kAtMostOnce), "30 07 0003'a/b' 'hi'");
    add("PUBLISH QoS 1", publish(QoS::kAtLeastOnce), "32 09 0003'a/b' 1234 'hi'");
    add("PUBLISH QoS 2", publish(QoS::kExactlyOnce), "34 09 0003'a/b' 1234 'hi'");
    add("PUBLISH again, retained, empty", flagged_publish(), "3b 07 0003'a/b' 1234");
    add("PUBACK", acknowledgement<Puback>(), "40 02 000a");
    add("PUBREC", acknowledgement<Pubrec>(), "50 02 000a");
    add("PUBREL", acknowledgement<Pubrel>(), "62 02 000a");
    add("PUBCOMP", acknowledgement<Pubcomp>(), "70 02 000a");
    add("SUBSCRIBE", subscribe(), "82 10 000a 0003'a/b' 01 0005'c/+/#' 02");
    add("SUBACK", suback(), "90 05 000a 00 02 80");
    add("UNSUBSCRIBE", unsubscribe(), "a2 0c 000a 0003'a/b' 0003'c/d'");
    add("UNSUBACK", unsuback(), "b0 02 000a");
    add("PINGREQ", Pingreq{}, "c0 00");
    add("PINGRESP", Pingresp{}, "d0 00");
    add("DISCONNECT", Disconnect{}, "e0 00");
}

}  // namespace

std::vector<Sample> samples_before_v5() {
    std::vector<Sample> samples;
    add_for(kV31, samples);
    add_for(kV311, samples);
    samples.push_back(
        {"CONNECT of 3.1", kV31, minimal_connect(kV31), wire("10 10 0006'MQIsdp' 03 02 003c 0002'id'")});
    samples.push_back(
        {"CONNECT of 3.1.1", kV311, minimal_connect(kV311), wire("10 0e 0004'MQTT' 04 02 003c 0002'id'")});
    samples.push_back(
        {"CONNECT with all fields", kV311, full_connect(),
         wire("10 25 0004'MQTT' 04 f4 fffe 0002'id' 0003'w/t' 0004'gone' 0004'user' 0004'pass'")});
    samples.push_back(
        {"CONNACK session present", kV311, connack(true, ReasonCode::kSuccess), wire("20 02 01 00")});
    return samples;
}

const std::vector<Sample>& sample_packets() {
    static const std::vector<Sample> all = [] {
        std::vector<Sample> samples = samples_before_v5();
        for (Sample& sample : samples_of_v5()) samples.push_back(std::move(sample));
        return samples;
    }();
    return all;
}

}  // namespace dray::mqtt
