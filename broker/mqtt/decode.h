// Bytes -> packets, strictly. MQTT 3.1.1 and 5.0 chapters 2 and 3.
//
//     FrameResult frame = next_frame(input, packet_bytes_max);       done / need more / bad
//     Result<Packet, DecodeError> packet = decode(frame.frame, version);
//
// Pure functions over spans: no I/O, any thread; only SUBSCRIBE, UNSUBSCRIBE and their acknowledgements
// allocate. Whatever the bytes, the answer is a packet or a reason: truncated, overlong and reserved-bit
// encodings, bad UTF-8 and topics, and properties that are unknown, out of place, out of range or doubled are
// all refused.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"
#include "base/result.h"
#include "mqtt/packet.h"

namespace dray::mqtt {

// A whole control packet as it lies in the input: fixed header taken apart, body untouched.
struct Frame {
    PacketType type{};
    std::uint8_t flags = 0;  // the low four bits of the first byte
    ByteView body;           // variable header and payload
    std::size_t size = 0;    // of the whole packet, fixed header included
};

enum class FrameStatus : std::uint8_t { kDone, kNeedMore, kBad };

struct FrameResult {
    FrameStatus status = FrameStatus::kNeedMore;
    Frame frame;                               // when kDone
    ReasonCode reason = ReasonCode::kSuccess;  // when kBad: kMalformedPacket or kPacketTooLarge
    std::size_t size_needed = 0;  // when kNeedMore: total bytes of this packet if known yet, else 0
};

// Looks at the start of `input`. Refuses packet type 0, a fifth byte of Remaining Length, wrong reserved
// flags [MQTT-3.1.1 2.2.2-2] [MQTT-5.0 2.1.3-1] (3.1 has DUP in PUBREL, SUBSCRIBE and UNSUBSCRIBE), and
// packets over `packet_bytes_max` before their body has arrived.
FrameResult next_frame(ByteView input, std::size_t packet_bytes_max,
                       ProtocolVersion version = ProtocolVersion::kV5);

struct DecodeError {
    ReasonCode reason = ReasonCode::kMalformedPacket;
    const char* what = "";  // for the log: what was wrong, in a few words; a literal
};

// `version` is that of the connection; for CONNECT it is ignored and read from the packet. An unsupported
// level gives kUnsupportedProtocolVersion.
Result<Packet, DecodeError> decode(const Frame& frame, ProtocolVersion version);

// The hot path, without the variant.
Result<Publish, DecodeError> decode_publish(const Frame& frame, ProtocolVersion version);
Result<Acknowledgement, DecodeError> decode_acknowledgement(const Frame& frame, ProtocolVersion version);

}  // namespace dray::mqtt
