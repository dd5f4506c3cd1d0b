#include "mqtt/decode_packets.h"
#include "mqtt/topic.h"

namespace dray::mqtt {
namespace {

// Connect Flags, section 3.1.2.3.
struct ConnectFlags {
    std::uint8_t bits;

    bool reserved() const { return (bits & 0x01) != 0; }
    bool clean_start() const { return (bits & 0x02) != 0; }
    bool will() const { return (bits & 0x04) != 0; }
    unsigned will_qos() const { return bits >> 3 & 0x03U; }
    bool will_retain() const { return (bits & 0x20) != 0; }
    bool password() const { return (bits & 0x40) != 0; }
    bool user_name() const { return (bits & 0x80) != 0; }
};

ProtocolVersion read_version(Reader& reader) {
    const std::string_view name = reader.text();
    const std::uint8_t level = reader.byte();
    if (name == "MQTT" && level == 4) return ProtocolVersion::kV311;
    if (name == "MQIsdp" && level == 3) return ProtocolVersion::kV31;
    if (name != "MQTT" || level != 5) {
        reader.fail(ReasonCode::kUnsupportedProtocolVersion, "unknown protocol name or level");
    }
    return ProtocolVersion::kV5;
}

void check_flags(Reader& reader, ConnectFlags flags, ProtocolVersion version) {
    // 3.1 gives the lowest bit no meaning and does not ask for 0.
    reader.require(!flags.reserved() || version == ProtocolVersion::kV31, kMalformed,
                   "reserved connect flag is set");  // [MQTT-3.1.1 3.1.2-3]
    reader.require(flags.will() || (flags.will_qos() == 0 && !flags.will_retain()), kMalformed,
                   "will QoS or retain without a will");             // [MQTT-3.1.1 3.1.2-11, -13, -15]
    reader.require(flags.will_qos() < 3, kMalformed, "will QoS 3");  // [MQTT-3.1.1 3.1.2-14]
    reader.require(flags.user_name() || !flags.password() || version == ProtocolVersion::kV5, kMalformed,
                   "password without user name");  // [MQTT-3.1.1 3.1.2-22]; 5.0 allows it
}

Will read_will(Reader& reader, ConnectFlags flags, ProtocolVersion version) {
    Will will;
    will.qos = static_cast<QoS>(flags.will_qos());
    will.retain = flags.will_retain();
    if (version == ProtocolVersion::kV5) will.properties = reader.properties(kWillPlace);
    will.topic = reader.text();
    reader.require(is_valid_topic_name(will.topic), ReasonCode::kTopicNameInvalid,
                   "will topic is not a topic name");
    will.payload = reader.binary();
    return will;
}

ReasonCode read_return_code(Reader& reader) {  // 3.1.1 section 3.2.2.3
    switch (reader.byte()) {
        case 0:
            return ReasonCode::kSuccess;
        case 1:
            return ReasonCode::kUnsupportedProtocolVersion;
        case 2:
            return ReasonCode::kClientIdentifierNotValid;
        case 3:
            return ReasonCode::kServerUnavailable;
        case 4:
            return ReasonCode::kBadUserNameOrPassword;
        case 5:
            return ReasonCode::kNotAuthorized;
        default:
            reader.fail(ReasonCode::kProtocolError, "reserved return code");
            return ReasonCode::kSuccess;
    }
}

}  // namespace

Connect decode_connect(Reader& reader) {
    Connect connect;
    connect.version = read_version(reader);
    const ConnectFlags flags{reader.byte()};
    check_flags(reader, flags, connect.version);
    connect.clean_start = flags.clean_start();
    connect.keep_alive_s = reader.two_byte_integer();
    connect.properties = properties_of(reader, connect.version, PacketType::kConnect);
    connect.client_id = reader.text();
    if (flags.will()) connect.will = read_will(reader, flags, connect.version);
    if (flags.user_name()) connect.user_name = reader.text();
    if (flags.password()) connect.password = reader.binary();
    return connect;
}

Connack decode_connack(Reader& reader, ProtocolVersion version) {
    Connack connack;
    const std::uint8_t flags = reader.byte();
    if (version != ProtocolVersion::kV31) {  // 3.1 calls this byte reserved, not zero
        reader.require((flags & 0xfe) == 0, kMalformed, "reserved connect acknowledge flag is set");
        connack.session_present = (flags & 0x01) != 0;
    }
    const bool is_v5 = version == ProtocolVersion::kV5;
    connack.reason = is_v5 ? read_reason(reader, PacketType::kConnack) : read_return_code(reader);
    reader.require(!connack.session_present || connack.reason == ReasonCode::kSuccess,
                   ReasonCode::kProtocolError, "session present in a refusal");  // [MQTT-5.0 3.2.2-6]
    connack.properties = properties_of(reader, version, PacketType::kConnack);
    return connack;
}

}  // namespace dray::mqtt
