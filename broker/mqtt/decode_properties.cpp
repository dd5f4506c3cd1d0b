#include "mqtt/property_rules.h"
#include "mqtt/reader.h"
#include "mqtt/topic.h"

namespace dray::mqtt {
namespace {

// Which identifiers have been seen: all are below 64.
class SeenIds {
  public:
    bool has(PropertyId id) const { return (bits_ >> static_cast<unsigned>(id) & 1U) != 0; }
    void add(PropertyId id) { bits_ |= std::uint64_t{1} << static_cast<unsigned>(id); }

  private:
    std::uint64_t bits_ = 0;
};

void check_integer(Reader& reader, const Property& property, const PropertyRule& rule) {
    if (property.integer >= rule.smallest && property.integer <= rule.largest) return;
    const bool is_alias = property.id == PropertyId::kTopicAlias;  // has a reason of its own, 3.3.2.3.4
    reader.fail(is_alias ? ReasonCode::kTopicAliasInvalid : ReasonCode::kProtocolError,
                is_alias ? "Topic Alias 0" : "property value out of range");
}

void check_value(Reader& reader, const Property& property, const PropertyRule& rule) {
    switch (rule.type) {
        case PropertyType::kPair:
        case PropertyType::kText:
            reader.require(is_valid_utf8(as_bytes(property.text)) && is_valid_utf8(as_bytes(property.value)),
                           ReasonCode::kMalformedPacket, "property is not valid UTF-8");
            break;
        case PropertyType::kBinary:
        case PropertyType::kNone:
            break;
        default:
            check_integer(reader, property, rule);
    }
    if (property.id == PropertyId::kResponseTopic) {  // [MQTT-5.0 3.3.2-14]
        reader.require(is_valid_topic_name(property.text), ReasonCode::kProtocolError,
                       "Response Topic is not a topic name");
    }
}

// MQTT 5.0 sections 3.1.2.11.10, 3.2.2.3.18 and 3.15.2.2.2.
void check_authentication(Reader& reader, const SeenIds& seen, PropertyPlace place) {
    const bool needs_method =
        seen.has(PropertyId::kAuthenticationData) || place == place_of(PacketType::kAuth);
    reader.require(!needs_method || seen.has(PropertyId::kAuthenticationMethod), ReasonCode::kProtocolError,
                   "Authentication Method is missing");
}

// MQTT 5.0 section 2.2.2.2: unknown or out of place is malformed, too often is a protocol error.
void check_properties(Reader& reader, PropertyPlace place) {
    SeenIds seen;
    while (!reader.at_end()) {
        const Property property = reader.property();
        if (!reader.ok()) return;
        const PropertyRule rule = property_rule(static_cast<std::uint32_t>(property.id));
        reader.require(rule.allows(place), ReasonCode::kMalformedPacket, "property has no place here");
        reader.require(!seen.has(property.id) || may_repeat(property.id, place), ReasonCode::kProtocolError,
                       "property given twice");
        seen.add(property.id);
        check_value(reader, property, rule);
    }
    check_authentication(reader, seen, place);
}

}  // namespace

Property Reader::property() {
    const ByteView start = rest_;
    const std::uint32_t id = variable_byte_integer();
    Property property;
    property.id = static_cast<PropertyId>(id);
    switch (property_rule(id).type) {
        case PropertyType::kByte:
            property.integer = byte();
            break;
        case PropertyType::kTwoByteInteger:
            property.integer = two_byte_integer();
            break;
        case PropertyType::kFourByteInteger:
            property.integer = four_byte_integer();
            break;
        case PropertyType::kVariableByteInteger:
            property.integer = variable_byte_integer();
            break;
        case PropertyType::kText:
        case PropertyType::kBinary:
            property.text = unchecked_text();
            break;
        case PropertyType::kPair:
            property.text = unchecked_text();
            property.value = unchecked_text();
            break;
        case PropertyType::kNone:
            fail(ReasonCode::kMalformedPacket, "unknown property");
            break;
    }
    if (ok()) property.wire = start.first(start.size() - rest_.size());
    return property;
}

Properties Reader::properties(PropertyPlace place) {
    const ByteView wire = take(variable_byte_integer());
    if (wire.empty() && place != place_of(PacketType::kAuth)) return Properties{};
    Reader reader(wire);
    check_properties(reader, place);
    if (!reader.ok()) {
        fail(reader.error().reason, reader.error().what);
        return Properties{};  // what has not passed must not be looked into
    }
    return Properties(wire);
}

}  // namespace dray::mqtt
