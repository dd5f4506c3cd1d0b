// Bytes as a person writes them: pairs of hex digits and 'text', blanks anywhere between.
//     wire("30 05 0001'a' 0102")  ->  0x30 0x05 0x00 0x01 0x61 0x01 0x02
#pragma once

#include <string>
#include <string_view>

#include "base/byte_view.h"
#include "mqtt/packet.h"

namespace dray::mqtt {

inline constexpr auto kV31 = ProtocolVersion::kV31;
inline constexpr auto kV311 = ProtocolVersion::kV311;

std::string wire(std::string_view text);
std::string hex(ByteView bytes);  // "30 05 00"

}  // namespace dray::mqtt
