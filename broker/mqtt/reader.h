// Reads the body of a packet from front to back, never past its end.
//
// The first thing that is wrong is remembered and everything read after it is zero or empty. So a decoder
// reads in the order of the specification and asks once, at the end, whether all was well. Pure, no
// allocation; what it returns are views of the body.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_view.h"
#include "mqtt/decode.h"
#include "mqtt/property_rules.h"
#include "mqtt/utf8.h"

namespace dray::mqtt {

class Reader {
  public:
    explicit Reader(ByteView body) : rest_(body) {}

    bool ok() const { return !failed_; }
    DecodeError error() const { return error_; }
    void fail(ReasonCode reason, const char* what) {
        if (failed_) return;
        failed_ = true;
        error_ = {reason, what};
        rest_ = {};
    }
    // Fails unless `condition` holds.
    void require(bool condition, ReasonCode reason, const char* what) {
        if (!condition) fail(reason, what);
    }

    std::size_t left() const { return rest_.size(); }
    bool at_end() const { return rest_.empty(); }

    std::uint8_t byte() { return static_cast<std::uint8_t>(big_endian(1)); }
    std::uint16_t two_byte_integer() { return static_cast<std::uint16_t>(big_endian(2)); }
    std::uint32_t four_byte_integer() { return big_endian(4); }

    // MQTT 5.0 section 1.5.5: at most four bytes, the fewest that can hold the value [MQTT-5.0 1.5.5-1].
    std::uint32_t variable_byte_integer() {
        std::uint32_t value = 0;
        for (unsigned i = 0; i < 4; ++i) {
            const std::uint8_t group = byte();
            value |= (group & 0x7fU) << (7 * i);
            if ((group & 0x80) != 0) continue;
            require(group != 0 || i == 0, ReasonCode::kMalformedPacket, "overlong Variable Byte Integer");
            return ok() ? value : 0;
        }
        fail(ReasonCode::kMalformedPacket, "Variable Byte Integer of more than four bytes");
        return 0;
    }

    ByteView take(std::size_t size) {
        if (rest_.size() < size) {
            fail(ReasonCode::kMalformedPacket, "packet ends too soon");
            return {};
        }
        const ByteView taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }
    ByteView take_rest() { return take(rest_.size()); }

    ByteView binary() { return take(two_byte_integer()); }
    std::string_view unchecked_text() { return as_text(binary()); }
    std::string_view text() {
        const ByteView bytes = binary();
        require(is_valid_utf8(bytes), ReasonCode::kMalformedPacket, "string is not valid UTF-8");
        return as_text(bytes);
    }

    PacketId packet_id() {
        const std::uint16_t id = two_byte_integer();
        require(id != 0, ReasonCode::kProtocolError, "Packet Identifier 0");
        return PacketId{id};
    }

    // One property; its value is not checked yet. An unknown identifier fails.
    Property property();

    // Property Length and properties, checked against the rules for `place`.
    Properties properties(PropertyPlace place);

    void require_end() {
        require(at_end(), ReasonCode::kMalformedPacket, "bytes after the end of the packet");
    }

  private:
    std::uint32_t big_endian(std::size_t size) {
        std::uint32_t value = 0;
        for (const std::uint8_t byte : take(size)) value = value << 8 | byte;
        return value;
    }

    ByteView rest_;
    DecodeError error_;
    bool failed_ = false;
};

// Properties where 5.0 has them; nothing before.
inline Properties properties_of(Reader& reader, ProtocolVersion version, PacketType type) {
    return version == ProtocolVersion::kV5 ? reader.properties(place_of(type)) : Properties{};
}

}  // namespace dray::mqtt
