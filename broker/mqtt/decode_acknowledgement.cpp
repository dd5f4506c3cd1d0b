// Packets that carry a Reason Code: PUBACK, PUBREC, PUBREL, PUBCOMP, DISCONNECT and AUTH.
#include <algorithm>
#include <span>

#include "mqtt/decode_packets.h"

namespace dray::mqtt {
namespace {

// MQTT 5.0 table 2-6 and the tables of chapter 3, by packet.
constexpr std::uint8_t kConnackReasons[] = {0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
                                            0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F};
constexpr std::uint8_t kReceiptReasons[] = {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99};
constexpr std::uint8_t kReleaseReasons[] = {0x00, 0x92};
constexpr std::uint8_t kSubackReasons[] = {0x00, 0x01, 0x02, 0x80, 0x83, 0x87,
                                           0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2};
constexpr std::uint8_t kUnsubackReasons[] = {0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91};
constexpr std::uint8_t kDisconnectReasons[] = {0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D,
                                               0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
                                               0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2};
constexpr std::uint8_t kAuthReasons[] = {0x00, 0x18, 0x19};

std::span<const std::uint8_t> allowed_reasons(PacketType type) {
    switch (type) {
        case PacketType::kConnack:
            return kConnackReasons;
        case PacketType::kPuback:
        case PacketType::kPubrec:
            return kReceiptReasons;
        case PacketType::kPubrel:
        case PacketType::kPubcomp:
            return kReleaseReasons;
        case PacketType::kSuback:
            return kSubackReasons;
        case PacketType::kUnsuback:
            return kUnsubackReasons;
        case PacketType::kDisconnect:
            return kDisconnectReasons;
        case PacketType::kAuth:
            return kAuthReasons;
        default:
            return {};
    }
}

// Reason Code and properties where both may be left out: sections 3.4.2.1, 3.14.2.1, 3.15.2.1.
template <typename WithReason>
void read_optional_reason(Reader& reader, PacketType type, WithReason& packet) {
    if (reader.at_end()) return;
    packet.reason = read_reason(reader, type);
    if (type == PacketType::kAuth || !reader.at_end()) packet.properties = reader.properties(place_of(type));
}

}  // namespace

ReasonCode read_reason(Reader& reader, PacketType type) {
    const std::uint8_t code = reader.byte();
    const auto allowed = allowed_reasons(type);
    const bool is_allowed = std::find(allowed.begin(), allowed.end(), code) != allowed.end();
    reader.require(is_allowed, ReasonCode::kProtocolError, "reason code has no place in this packet");
    return static_cast<ReasonCode>(code);
}

Acknowledgement decode_acknowledgement_body(Reader& reader, PacketType type, ProtocolVersion version) {
    Acknowledgement acknowledgement;
    acknowledgement.packet_id = reader.packet_id();
    if (version == ProtocolVersion::kV5) read_optional_reason(reader, type, acknowledgement);
    return acknowledgement;
}

Disconnect decode_disconnect(Reader& reader, ProtocolVersion version) {
    Disconnect disconnect;
    if (version == ProtocolVersion::kV5) read_optional_reason(reader, PacketType::kDisconnect, disconnect);
    return disconnect;
}

Auth decode_auth(Reader& reader, ProtocolVersion version) {
    Auth auth;
    reader.require(version == ProtocolVersion::kV5, ReasonCode::kProtocolError, "AUTH before 5.0");
    if (reader.ok()) read_optional_reason(reader, PacketType::kAuth, auth);
    return auth;
}

Result<Acknowledgement, DecodeError> decode_acknowledgement(const Frame& frame, ProtocolVersion version) {
    Reader reader(frame.body);
    const Acknowledgement acknowledgement = decode_acknowledgement_body(reader, frame.type, version);
    reader.require_end();
    if (!reader.ok()) return reader.error();
    return acknowledgement;
}

}  // namespace dray::mqtt
