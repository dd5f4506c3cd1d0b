#include <deque>

#include "sample_packets.h"
#include "wire_text.h"

namespace dray::mqtt {
namespace {

using Id = PropertyId;

// Keeps the properties that samples point at.
Properties keep(const PropertyList& list) {
    static std::deque<PropertyList> kept;
    return kept.emplace_back(list).view();
}

template <typename Type>
Type with(PropertyList& list) {
    Type packet;
    packet.properties = keep(list);
    return packet;
}

Sample connect_minimal() {
    Connect connect;
    connect.client_id = "id";
    return {"CONNECT", ProtocolVersion::kV5, connect, wire("10 0f 0004'MQTT' 05 02 0000 00 0002'id'")};
}

Sample connect_password_only() {
    Connect connect;
    connect.password = as_bytes("token");
    return {"CONNECT with a password alone", ProtocolVersion::kV5, connect,
            wire("10 14 0004'MQTT' 05 42 0000 00 0000 0005'token'")};
}

Sample connect_full() {
    PropertyList list;
    list.add(Id::kSessionExpiryInterval, 0x01020304)
        .add(Id::kReceiveMaximum, 20)
        .add(Id::kMaximumPacketSize, 65536)
        .add(Id::kTopicAliasMaximum, 10)
        .add(Id::kRequestResponseInformation, 1)
        .add(Id::kRequestProblemInformation, 0)
        .add(Id::kAuthenticationMethod, "m")
        .add(Id::kAuthenticationData, std::string_view("\x00\xff", 2))
        .add_user("k", "v")
        .add_user("k", "v");
    PropertyList will_list;
    will_list.add(Id::kWillDelayInterval, 5)
        .add(Id::kPayloadFormatIndicator, 1)
        .add(Id::kMessageExpiryInterval, 7)
        .add(Id::kContentType, "t")
        .add(Id::kResponseTopic, "r")
        .add(Id::kCorrelationData, "c")
        .add_user("", "");
    auto connect = with<Connect>(list);
    connect.clean_start = false;
    connect.keep_alive_s = 10;
    connect.client_id = "id";
    connect.will = Will{.topic = "w",
                        .payload = as_bytes("p"),
                        .qos = QoS::kAtLeastOnce,
                        .retain = false,
                        .properties = keep(will_list)};
    connect.user_name = "u";
    connect.password = as_bytes("q");
    return {"CONNECT with all fields and properties", ProtocolVersion::kV5, connect,
            wire("10 64 0004'MQTT' 05 cc 000a"
                 "2b 11 01020304 21 0014 27 00010000 22 000a 19 01 17 00 15 0001'm' 16 0002 00ff"
                 "26 0001'k' 0001'v' 26 0001'k' 0001'v'"
                 "0002'id'"
                 "1d 18 00000005 01 01 02 00000007 03 0001't' 08 0001'r' 09 0001'c' 26 0000 0000"
                 "0001'w' 0001'p' 0001'u' 0001'q'")};
}

Sample connack_full() {
    PropertyList list;
    list.add(Id::kSessionExpiryInterval, 1)
        .add(Id::kReceiveMaximum, 65535)
        .add(Id::kMaximumQoS, 1)
        .add(Id::kRetainAvailable, 0)
        .add(Id::kMaximumPacketSize, 100)
        .add(Id::kAssignedClientIdentifier, "x")
        .add(Id::kTopicAliasMaximum, 0)
        .add(Id::kReasonString, "why")
        .add_user("k", "v")
        .add(Id::kWildcardSubscriptionAvailable, 0)
        .add(Id::kSubscriptionIdentifierAvailable, 0)
        .add(Id::kSharedSubscriptionAvailable, 1)
        .add(Id::kServerKeepAlive, 30)
        .add(Id::kResponseInformation, "ri")
        .add(Id::kServerReference, "sr")
        .add(Id::kAuthenticationMethod, "m")
        .add(Id::kAuthenticationData, "d");
    auto connack = with<Connack>(list);
    connack.session_present = true;
    return {"CONNACK with all properties", ProtocolVersion::kV5, connack,
            wire("20 43 01 00 40 11 00000001 21 ffff 24 01 25 00 27 00000064 12 0001'x' 22 0000"
                 "1f 0003'why' 26 0001'k' 0001'v' 28 00 29 00 2a 01 13 001e 1a 0002'ri' 1c 0002'sr'"
                 "15 0001'm' 16 0001'd'")};
}

Sample connack_refused() {
    Connack connack;
    connack.reason = ReasonCode::kBanned;
    return {"CONNACK refused", ProtocolVersion::kV5, connack, wire("20 03 00 8a 00")};
}

Sample publish_plain() {
    Publish publish;
    publish.topic = "a/b";
    publish.payload = as_bytes("hi");
    return {"PUBLISH QoS 0", ProtocolVersion::kV5, publish, wire("30 08 0003'a/b' 00 'hi'")};
}

Sample publish_alias_only() {
    PropertyList list;
    list.add(Id::kTopicAlias, 0x0102);
    return {"PUBLISH by topic alias", ProtocolVersion::kV5, with<Publish>(list),
            wire("30 06 0000 03 23 0102")};
}

Sample publish_full() {
    PropertyList list;
    list.add(Id::kPayloadFormatIndicator, 0)
        .add(Id::kMessageExpiryInterval, 0xffffffff)
        .add(Id::kTopicAlias, 1)
        .add(Id::kResponseTopic, "r/t")
        .add(Id::kCorrelationData, std::string_view("\x00", 1))
        .add_user("a", "b")
        .add(Id::kSubscriptionIdentifier, 1)
        .add(Id::kSubscriptionIdentifier, 268'435'455)
        .add(Id::kContentType, "");
    auto publish = with<Publish>(list);
    publish.dup = true;
    publish.qos = QoS::kExactlyOnce;
    publish.retain = true;
    publish.topic = "t\xc3\xb6";  // beyond ASCII
    publish.packet_id = PacketId{0xffff};
    publish.payload = as_bytes(std::string_view("\x00\x01", 2));
    return {
        "PUBLISH with all properties", ProtocolVersion::kV5, publish,
        wire("3d 2f 0003't'c3b6 ffff 25 01 00 02 ffffffff 23 0001 08 0003'r/t' 09 0001 00 26 0001'a' 0001'b'"
             "0b 01 0b ffffff7f 03 0000 0001")};
}

template <typename Type>
void add_acknowledgements(std::vector<Sample>& samples, const std::string& name, unsigned first,
                          ReasonCode reason) {
    const std::string type{static_cast<char>(first)};
    const char code = static_cast<char>(reason);
    Type packet;
    packet.packet_id = PacketId{10};
    samples.push_back({name, ProtocolVersion::kV5, packet, type + wire("02 000a")});
    packet.reason = reason;
    samples.push_back({name + " with a reason", ProtocolVersion::kV5, packet, type + wire("03 000a") + code});
    PropertyList list;
    list.add(Id::kReasonString, "s").add_user("k", "v");
    packet.properties = keep(list);
    samples.push_back({name + " with properties", ProtocolVersion::kV5, packet,
                       type + wire("0f 000a") + code + wire("0b 1f 0001's' 26 0001'k' 0001'v'")});
}

Sample subscribe_full() {
    PropertyList list;
    list.add(Id::kSubscriptionIdentifier, 128).add_user("k", "v");
    auto subscribe = with<Subscribe>(list);
    subscribe.packet_id = PacketId{10};
    subscribe.requests = {
        {"a", {.qos = QoS::kExactlyOnce}},
        {"b/#", {.qos = QoS::kAtLeastOnce, .no_local = true, .retain_handling = RetainHandling::kSendIfNew}},
        {"$share/g/c/+", {.retain_as_published = true, .retain_handling = RetainHandling::kDoNotSend}}};
    return {"SUBSCRIBE with options", ProtocolVersion::kV5, subscribe,
            wire("82 26 000a 0a 0b 8001 26 0001'k' 0001'v' 0001'a' 02 0003'b/#' 15 000c'$share/g/c/+' 28")};
}

Sample suback_full() {
    PropertyList list;
    list.add(Id::kReasonString, "s").add_user("k", "v");
    auto suback = with<Suback>(list);
    suback.packet_id = PacketId{10};
    suback.reasons = {ReasonCode::kGrantedQoS1, ReasonCode::kWildcardSubscriptionsNotSupported};
    return {"SUBACK", ProtocolVersion::kV5, suback,
            wire("90 10 000a 0b 1f 0001's' 26 0001'k' 0001'v' 01 a2")};
}

Sample unsubscribe_full() {
    PropertyList list;
    list.add_user("k", "v");
    auto unsubscribe = with<Unsubscribe>(list);
    unsubscribe.packet_id = PacketId{10};
    unsubscribe.filters = {"a", "+"};
    return {"UNSUBSCRIBE", ProtocolVersion::kV5, unsubscribe,
            wire("a2 10 000a 07 26 0001'k' 0001'v' 0001'a' 0001'+'")};
}

Sample unsuback_full() {
    PropertyList list;
    list.add(Id::kReasonString, "s").add_user("k", "v");
    auto unsuback = with<Unsuback>(list);
    unsuback.packet_id = PacketId{10};
    unsuback.reasons = {ReasonCode::kSuccess, ReasonCode::kNoSubscriptionExisted};
    return {"UNSUBACK", ProtocolVersion::kV5, unsuback,
            wire("b0 10 000a 0b 1f 0001's' 26 0001'k' 0001'v' 00 11")};
}

Sample disconnect_full() {
    PropertyList list;
    list.add(Id::kSessionExpiryInterval, 0)
        .add(Id::kReasonString, "s")
        .add_user("k", "v")
        .add(Id::kServerReference, "o");
    auto disconnect = with<Disconnect>(list);
    disconnect.reason = ReasonCode::kServerMoved;
    return {"DISCONNECT with properties", ProtocolVersion::kV5, disconnect,
            wire("e0 16 9d 14 11 00000000 1f 0001's' 26 0001'k' 0001'v' 1c 0001'o'")};
}

Sample disconnect_reason() {
    Disconnect disconnect;
    disconnect.reason = ReasonCode::kDisconnectWithWill;
    return {"DISCONNECT with a reason", ProtocolVersion::kV5, disconnect, wire("e0 01 04")};
}

Sample auth_full() {
    PropertyList list;
    list.add(Id::kAuthenticationMethod, "m")
        .add(Id::kAuthenticationData, "d")
        .add(Id::kReasonString, "s")
        .add_user("k", "v");
    auto auth = with<Auth>(list);
    auth.reason = ReasonCode::kContinueAuthentication;
    return {"AUTH", ProtocolVersion::kV5, auth,
            wire("f0 15 18 13 15 0001'm' 16 0001'd' 1f 0001's' 26 0001'k' 0001'v'")};
}

}  // namespace

std::vector<Sample> samples_of_v5() {
    std::vector<Sample> samples = {connect_minimal(),    connect_password_only(), connect_full(),
                                   connack_full(),       connack_refused(),       publish_plain(),
                                   publish_alias_only(), publish_full(),          subscribe_full(),
                                   suback_full(),        unsubscribe_full(),      unsuback_full(),
                                   disconnect_full(),    disconnect_reason(),     auth_full()};
    add_acknowledgements<Puback>(samples, "PUBACK", 0x40, ReasonCode::kNoMatchingSubscribers);
    add_acknowledgements<Pubrec>(samples, "PUBREC", 0x50, ReasonCode::kQuotaExceeded);
    add_acknowledgements<Pubrel>(samples, "PUBREL", 0x62, ReasonCode::kPacketIdentifierNotFound);
    add_acknowledgements<Pubcomp>(samples, "PUBCOMP", 0x70, ReasonCode::kPacketIdentifierNotFound);
    samples.push_back({"AUTH, success", ProtocolVersion::kV5, Auth{}, wire("f0 00")});
    samples.push_back({"PINGREQ", ProtocolVersion::kV5, Pingreq{}, wire("c0 00")});
    samples.push_back({"PINGRESP", ProtocolVersion::kV5, Pingresp{}, wire("d0 00")});
    samples.push_back({"DISCONNECT", ProtocolVersion::kV5, Disconnect{}, wire("e0 00")});
    return samples;
}

}  // namespace dray::mqtt
