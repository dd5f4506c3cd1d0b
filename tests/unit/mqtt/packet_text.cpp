#include "packet_text.h"

#include <sstream>

#include "wire_text.h"

namespace dray::mqtt {
namespace {

// Hex, because names and payloads may hold any byte.
std::string quoted(std::string_view text) {
    return "'" + hex(as_bytes(text)) + "'";
}
std::string quoted(ByteView bytes) {
    return "'" + hex(bytes) + "'";
}

std::ostream& operator<<(std::ostream& out, ReasonCode reason) {
    return out << " reason=" << static_cast<int>(reason);
}
std::ostream& operator<<(std::ostream& out, PacketId id) {
    return out << " id=" << static_cast<int>(id);
}
std::ostream& operator<<(std::ostream& out, QoS qos) {
    return out << " qos=" << static_cast<int>(qos);
}
std::ostream& operator<<(std::ostream& out, const Properties& properties) {
    for (const Property& property : properties) {
        out << " " << static_cast<int>(property.id) << "={" << property.integer << " "
            << quoted(property.text) << " " << quoted(property.value) << "}";
    }
    return out;
}

void put(std::ostream& out, const Connect& connect) {
    out << "CONNECT version=" << static_cast<int>(connect.version) << " clean=" << connect.clean_start
        << " keep_alive=" << connect.keep_alive_s << " client=" << quoted(connect.client_id)
        << connect.properties;
    if (const auto& will = connect.will) {
        out << " will=" << quoted(will->topic) << quoted(will->payload) << will->qos << " " << will->retain
            << will->properties;
    }
    if (connect.user_name) out << " user=" << quoted(*connect.user_name);
    if (connect.password) out << " password=" << quoted(*connect.password);
}
void put(std::ostream& out, const Connack& connack) {
    out << "CONNACK present=" << connack.session_present << connack.reason << connack.properties;
}
void put(std::ostream& out, const Publish& publish) {
    out << "PUBLISH dup=" << publish.dup << publish.qos << " retain=" << publish.retain
        << " topic=" << quoted(publish.topic) << publish.packet_id << publish.properties
        << " payload=" << quoted(publish.payload);
}
void put_acknowledgement(std::ostream& out, const char* name, const Acknowledgement& acknowledgement) {
    out << name << acknowledgement.packet_id << acknowledgement.reason << acknowledgement.properties;
}
void put(std::ostream& out, const Puback& puback) {
    put_acknowledgement(out, "PUBACK", puback);
}
void put(std::ostream& out, const Pubrec& pubrec) {
    put_acknowledgement(out, "PUBREC", pubrec);
}
void put(std::ostream& out, const Pubrel& pubrel) {
    put_acknowledgement(out, "PUBREL", pubrel);
}
void put(std::ostream& out, const Pubcomp& pubcomp) {
    put_acknowledgement(out, "PUBCOMP", pubcomp);
}
void put(std::ostream& out, const Subscribe& subscribe) {
    out << "SUBSCRIBE" << subscribe.packet_id << subscribe.properties;
    for (const SubscriptionRequest& request : subscribe.requests) {
        out << " " << quoted(request.filter) << request.options.qos
            << " no_local=" << request.options.no_local << " as_is=" << request.options.retain_as_published
            << " handling=" << static_cast<int>(request.options.retain_handling);
    }
}
void put(std::ostream& out, const Suback& suback) {
    out << "SUBACK" << suback.packet_id << suback.properties;
    for (const ReasonCode reason : suback.reasons) out << reason;
}
void put(std::ostream& out, const Unsubscribe& unsubscribe) {
    out << "UNSUBSCRIBE" << unsubscribe.packet_id << unsubscribe.properties;
    for (const std::string_view filter : unsubscribe.filters) out << " " << quoted(filter);
}
void put(std::ostream& out, const Unsuback& unsuback) {
    out << "UNSUBACK" << unsuback.packet_id << unsuback.properties;
    for (const ReasonCode reason : unsuback.reasons) out << reason;
}
void put(std::ostream& out, const Pingreq&) {
    out << "PINGREQ";
}
void put(std::ostream& out, const Pingresp&) {
    out << "PINGRESP";
}
void put(std::ostream& out, const Disconnect& disconnect) {
    out << "DISCONNECT" << disconnect.reason << disconnect.properties;
}
void put(std::ostream& out, const Auth& auth) {
    out << "AUTH" << auth.reason << auth.properties;
}

}  // namespace

std::string text_of(const Packet& packet) {
    std::ostringstream out;
    std::visit([&out](const auto& one) { put(out, one); }, packet);
    return out.str();
}

}  // namespace dray::mqtt
