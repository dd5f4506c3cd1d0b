// One decoder a packet (decode.h is the door). Each reads the whole body and leaves its complaint in the
// reader; the caller asks it once.
#pragma once

#include "mqtt/packet.h"
#include "mqtt/reader.h"

namespace dray::mqtt {

inline constexpr auto kMalformed = ReasonCode::kMalformedPacket;

Connect decode_connect(Reader& reader);
Connack decode_connack(Reader& reader, ProtocolVersion version);
Publish decode_publish_body(Reader& reader, std::uint8_t flags, ProtocolVersion version);
Acknowledgement decode_acknowledgement_body(Reader& reader, PacketType type, ProtocolVersion version);
Subscribe decode_subscribe(Reader& reader, ProtocolVersion version);
Suback decode_suback(Reader& reader, ProtocolVersion version);
Unsubscribe decode_unsubscribe(Reader& reader, ProtocolVersion version);
Unsuback decode_unsuback(Reader& reader, ProtocolVersion version);
Disconnect decode_disconnect(Reader& reader, ProtocolVersion version);
Auth decode_auth(Reader& reader, ProtocolVersion version);

// Reads a reason code that 5.0 allows in packets of `type`, table 2-6.
ReasonCode read_reason(Reader& reader, PacketType type);

}  // namespace dray::mqtt
