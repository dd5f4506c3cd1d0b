// Properties, MQTT 5.0 section 2.2.2, as a view of their bytes on the wire:
//
//     id  value                 id  value
//    +---+---------------------+---+--------------+     (the length that precedes them is not part of the
//    view) |26 | "k" "v"             |35 | 0x00 0x07    |
//    +---+---------------------+---+--------------+
//
// A Properties is only made by decode.h, which has checked every byte (known identifier, allowed in that
// packet, not twice where once is the limit, value in range, UTF-8), or by PropertyList. So reading never
// fails, an absent property costs nothing, and what a publisher sent can be forwarded as it is, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_view.h"

namespace dray::mqtt {

// Of a string or binary data, sections 1.5.4 and 1.5.6.
inline constexpr std::size_t kTextBytesMax = 65535;

enum class PropertyId : std::uint8_t {
    kPayloadFormatIndicator = 1,
    kMessageExpiryInterval = 2,
    kContentType = 3,
    kResponseTopic = 8,
    kCorrelationData = 9,
    kSubscriptionIdentifier = 11,
    kSessionExpiryInterval = 17,
    kAssignedClientIdentifier = 18,
    kServerKeepAlive = 19,
    kAuthenticationMethod = 21,
    kAuthenticationData = 22,
    kRequestProblemInformation = 23,
    kWillDelayInterval = 24,
    kRequestResponseInformation = 25,
    kResponseInformation = 26,
    kServerReference = 28,
    kReasonString = 31,
    kReceiveMaximum = 33,
    kTopicAliasMaximum = 34,
    kTopicAlias = 35,
    kMaximumQoS = 36,
    kRetainAvailable = 37,
    kUserProperty = 38,
    kMaximumPacketSize = 39,
    kWildcardSubscriptionAvailable = 40,
    kSubscriptionIdentifierAvailable = 41,
    kSharedSubscriptionAvailable = 42,
};

// One property; which fields count depends on the identifier's type.
struct Property {
    PropertyId id{};
    std::uint32_t integer = 0;  // Byte, Two Byte, Four Byte and Variable Byte Integers
    std::string_view text;      // UTF-8 String, Binary Data, the name of a User Property
    std::string_view value;     // the value of a User Property
    ByteView wire;              // identifier and value as they stand on the wire
};

class Properties {
  public:
    Properties() = default;
    // `checked` has been checked as described above.
    explicit Properties(ByteView checked) : wire_(checked) {}

    bool empty() const { return wire_.empty(); }
    ByteView wire() const { return wire_; }
    // The first of that identifier.
    std::optional<std::uint32_t> integer(PropertyId id) const;
    std::optional<std::string_view> text(PropertyId id) const;

    class Iterator {
      public:
        Iterator() = default;
        explicit Iterator(ByteView rest) : rest_(rest) { read(); }
        const Property& operator*() const { return property_; }
        const Property* operator->() const { return &property_; }
        Iterator& operator++() {
            rest_ = rest_.subspan(property_.wire.size());
            read();
            return *this;
        }
        friend bool operator==(const Iterator& a, const Iterator& b) {
            return a.rest_.size() == b.rest_.size();
        }

      private:
        void read();
        ByteView rest_;
        Property property_;
    };
    Iterator begin() const { return Iterator(wire_); }
    Iterator end() const { return Iterator(); }

  private:
    ByteView wire_;
};

// Properties in the making. The caller answers for what may go into which packet.
class PropertyList {
  public:
    PropertyList& add(PropertyId id, std::uint32_t integer);
    PropertyList& add(PropertyId id, std::string_view text);
    PropertyList& add_user(std::string_view name, std::string_view value);
    PropertyList& add(const Property& property);  // copies it as it stands on the wire

    Properties view() const { return Properties(as_bytes(wire_)); }
    bool empty() const { return wire_.empty(); }

  private:
    std::string wire_;
};

}  // namespace dray::mqtt
