// Packets -> bytes, for all versions. MQTT 3.1.1 and 5.0 chapters 2 and 3.
//
// Pure functions, any thread. The caller has checked what it asks for: an oversize string or a packet that
// the version does not have (AUTH before 5.0) is our own bug and asserts. Before 5.0 properties and reason
// codes that have no place on the wire are left out, and CONNACK's reason becomes the 3.1.1 return code that
// means the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "mqtt/packet.h"

namespace dray::mqtt {

// Appends the whole packet to `out`.
void encode(const Packet& packet, ProtocolVersion version, std::string& out);

// A PUBLISH comes apart so that its payload need not be copied: this writes everything before the payload to
// `out` (which must have room for publish_header_bytes_max(publish)) and returns the end of what it wrote.
std::uint8_t* encode_publish_header(const Publish& publish, ProtocolVersion version, std::uint8_t* out);
std::size_t publish_header_bytes_max(const Publish& publish);

// Exact size of the whole packet on the wire: what Maximum Packet Size is compared with.
std::size_t encoded_size(const Publish& publish, ProtocolVersion version);

// PUBACK, PUBREC, PUBREL or PUBCOMP without reason or properties: always four bytes.
struct ShortAcknowledgement {
    std::uint8_t bytes[4];
};
ShortAcknowledgement encode_short_acknowledgement(PacketType type, PacketId packet_id);

// The 3.1.1 CONNACK return code for a reason, section 3.2.2.3: 0 to 5.
std::uint8_t connack_return_code(ReasonCode reason);

}  // namespace dray::mqtt
