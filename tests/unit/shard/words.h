// The words of a transcript: short makers of packets.
#pragma once

#include <string_view>

#include "mqtt/packet.h"

namespace dray::test {

using mqtt::PacketId;
using mqtt::ProtocolVersion;
using mqtt::QoS;
using mqtt::ReasonCode;

inline mqtt::Connect connect(std::string_view client_id, ProtocolVersion version = ProtocolVersion::kV311) {
    mqtt::Connect packet;
    packet.version = version;
    packet.client_id = client_id;
    return packet;
}
// A session that outlives the connection; `forever` is a property list that must live as long as the packet.
inline mqtt::Connect connect_again(std::string_view client_id,
                                   ProtocolVersion version = ProtocolVersion::kV311) {
    static const mqtt::PropertyList kForever =
        mqtt::PropertyList().add(mqtt::PropertyId::kSessionExpiryInterval, 0xFFFFFFFFU);
    mqtt::Connect packet = connect(client_id, version);
    packet.clean_start = false;
    if (version == ProtocolVersion::kV5) packet.properties = kForever.view();
    return packet;
}
inline mqtt::Connack connack(bool session_present = false, ReasonCode reason = ReasonCode::kSuccess) {
    return {session_present, reason, {}};
}
inline mqtt::Subscribe subscribe(int id, std::string_view filter, int qos) {
    return {PacketId(id), {}, {{filter, {static_cast<QoS>(qos), false, false, mqtt::RetainHandling::kSend}}}};
}
inline constexpr int kForbidden = 0x87;  // Not authorized

inline mqtt::Suback suback(int id, int reason) {
    return {PacketId(id), {}, {static_cast<ReasonCode>(reason)}};
}
inline mqtt::Unsubscribe unsubscribe(int id, std::string_view filter) {
    return {PacketId(id), {}, {filter}};
}
inline mqtt::Unsuback unsuback(int id) {
    return {PacketId(id), {}, {ReasonCode::kSuccess}};
}

inline mqtt::Publish publish(std::string_view topic, std::string_view payload, int qos = 0, int id = 0) {
    mqtt::Publish packet;
    packet.topic = topic;
    packet.payload = as_bytes(payload);
    packet.qos = static_cast<QoS>(qos);
    packet.packet_id = PacketId(id);
    return packet;
}
inline mqtt::Publish retained(mqtt::Publish packet) {
    packet.retain = true;
    return packet;
}
inline mqtt::Publish again(mqtt::Publish packet) {
    packet.dup = true;
    return packet;
}
inline mqtt::Puback puback(int id, ReasonCode reason = ReasonCode::kSuccess) {
    return {{PacketId(id), reason, {}}};
}
inline mqtt::Pubrec pubrec(int id, ReasonCode reason = ReasonCode::kSuccess) {
    return {{PacketId(id), reason, {}}};
}
inline mqtt::Pubrel pubrel(int id) {
    return {{PacketId(id), ReasonCode::kSuccess, {}}};
}
inline mqtt::Pubcomp pubcomp(int id) {
    return {{PacketId(id), ReasonCode::kSuccess, {}}};
}
inline mqtt::Disconnect disconnect(ReasonCode reason = ReasonCode::kSuccess) {
    return {reason, {}};
}

}  // namespace dray::test
