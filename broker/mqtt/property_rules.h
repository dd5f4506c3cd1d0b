// What may be said by a property, MQTT 5.0 table 2-4: the type of each identifier, the packets that it may
// stand in, its range, and whether once is the limit.
#pragma once

#include <cstdint>
#include <limits>

#include "mqtt/packet.h"
#include "mqtt/properties.h"

namespace dray::mqtt {

enum class PropertyType : std::uint8_t {
    kNone,  // no such identifier
    kByte,
    kTwoByteInteger,
    kFourByteInteger,
    kVariableByteInteger,
    kText,    // UTF-8 Encoded String
    kBinary,  // Binary Data
    kPair,    // UTF-8 String Pair
};

// Where properties stand: in a packet, or in the payload of CONNECT before the Will Message. A bit each.
enum class PropertyPlace : std::uint16_t {};

constexpr PropertyPlace place_of(PacketType type) {
    return PropertyPlace(1U << static_cast<unsigned>(type));
}
inline constexpr PropertyPlace kWillPlace{1};  // packet type 0 does not exist

struct PropertyRule {
    PropertyType type = PropertyType::kNone;
    std::uint16_t places = 0;  // bits of PropertyPlace
    std::uint32_t smallest = 0;
    std::uint32_t largest = std::numeric_limits<std::uint32_t>::max();

    bool allows(PropertyPlace place) const { return (places & static_cast<unsigned>(place)) != 0; }
};

// The rule for an identifier; kNone when there is none.
PropertyRule property_rule(std::uint32_t id);

// User Property in every packet, Subscription Identifier in PUBLISH (one for each subscription that took it).
constexpr bool may_repeat(PropertyId id, PropertyPlace place) {
    return id == PropertyId::kUserProperty ||
           (id == PropertyId::kSubscriptionIdentifier && place == place_of(PacketType::kPublish));
}

}  // namespace dray::mqtt
