#include "mqtt/decode.h"

#include "mqtt/decode_packets.h"

namespace dray::mqtt {
namespace {

constexpr unsigned kRemainingLengthBytesMax = 4;

FrameResult bad(ReasonCode reason) {
    FrameResult result;
    result.status = FrameStatus::kBad;
    result.reason = reason;
    return result;
}

FrameResult need_more(std::size_t size_needed) {
    FrameResult result;
    result.size_needed = size_needed;
    return result;
}

constexpr std::uint8_t kDup = 0x08;

// Table 2.2: PUBLISH uses its flags, three packets have 0010, the rest 0000. In 3.1 those three, which are
// sent with "QoS 1", may have DUP set when they are sent again.
bool are_flags_valid(PacketType type, std::uint8_t flags, ProtocolVersion version) {
    switch (type) {
        case PacketType::kPublish:
            return true;
        case PacketType::kPubrel:
        case PacketType::kSubscribe:
        case PacketType::kUnsubscribe:
            return flags == 0x02 || (version == ProtocolVersion::kV31 && flags == (0x02 | kDup));
        default:
            return flags == 0x00;
    }
}

template <typename Derived>
Derived as(const Acknowledgement& acknowledgement) {
    return Derived{acknowledgement};
}

Packet decode_body(Reader& reader, const Frame& frame, ProtocolVersion version) {
    switch (frame.type) {
        case PacketType::kConnect:
            return decode_connect(reader);
        case PacketType::kConnack:
            return decode_connack(reader, version);
        case PacketType::kPublish:
            return decode_publish_body(reader, frame.flags, version);
        case PacketType::kPuback:
            return as<Puback>(decode_acknowledgement_body(reader, frame.type, version));
        case PacketType::kPubrec:
            return as<Pubrec>(decode_acknowledgement_body(reader, frame.type, version));
        case PacketType::kPubrel:
            return as<Pubrel>(decode_acknowledgement_body(reader, frame.type, version));
        case PacketType::kPubcomp:
            return as<Pubcomp>(decode_acknowledgement_body(reader, frame.type, version));
        case PacketType::kSubscribe:
            return decode_subscribe(reader, version);
        case PacketType::kSuback:
            return decode_suback(reader, version);
        case PacketType::kUnsubscribe:
            return decode_unsubscribe(reader, version);
        case PacketType::kUnsuback:
            return decode_unsuback(reader, version);
        case PacketType::kPingreq:
            return Pingreq{};
        case PacketType::kPingresp:
            return Pingresp{};
        case PacketType::kDisconnect:
            return decode_disconnect(reader, version);
        case PacketType::kAuth:
            return decode_auth(reader, version);
    }
    reader.fail(ReasonCode::kMalformedPacket, "packet type 0");
    return Pingreq{};
}

}  // namespace

FrameResult next_frame(ByteView input, std::size_t packet_bytes_max, ProtocolVersion version) {
    if (input.empty()) return need_more(0);
    Frame frame;
    frame.type = static_cast<PacketType>(input[0] >> 4);
    frame.flags = input[0] & 0x0f;
    const bool is_type = frame.type >= PacketType::kConnect;
    if (!is_type || !are_flags_valid(frame.type, frame.flags, version))
        return bad(ReasonCode::kMalformedPacket);

    std::size_t remaining = 0;
    unsigned at = 1;
    for (bool more = true; more; ++at) {
        if (at > kRemainingLengthBytesMax) return bad(ReasonCode::kMalformedPacket);
        if (at == input.size()) return need_more(0);
        remaining |= static_cast<std::size_t>(input[at] & 0x7f) << (7 * (at - 1));
        more = (input[at] & 0x80) != 0;
        if (!more && input[at] == 0 && at > 1) return bad(ReasonCode::kMalformedPacket);  // overlong
    }
    frame.size = at + remaining;
    if (frame.size > packet_bytes_max) return bad(ReasonCode::kPacketTooLarge);
    if (input.size() < frame.size) return need_more(frame.size);
    frame.body = input.subspan(at, remaining);
    return {.status = FrameStatus::kDone, .frame = frame};
}

Result<Packet, DecodeError> decode(const Frame& frame, ProtocolVersion version) {
    Reader reader(frame.body);
    Packet packet = decode_body(reader, frame, version);
    reader.require_end();
    if (!reader.ok()) return reader.error();
    return packet;
}

}  // namespace dray::mqtt
