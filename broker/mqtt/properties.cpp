#include "mqtt/properties.h"

#include "base/assert.h"
#include "mqtt/property_rules.h"
#include "mqtt/reader.h"

namespace dray::mqtt {
namespace {

void append_integer(std::string& out, std::uint32_t value, unsigned bytes) {
    while (bytes-- > 0) out.push_back(static_cast<char>(value >> (8 * bytes) & 0xff));
}

void append_variable_byte_integer(std::string& out, std::uint32_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>((value & 0x7f) | 0x80));
    out.push_back(static_cast<char>(value));
}

void append_text(std::string& out, std::string_view text) {
    DRAY_ASSERT(text.size() <= kTextBytesMax);
    append_integer(out, static_cast<std::uint32_t>(text.size()), 2);
    out.append(text);
}

}  // namespace

std::optional<std::uint32_t> Properties::integer(PropertyId id) const {
    for (const Property& property : *this) {
        if (property.id == id) return property.integer;
    }
    return std::nullopt;
}

std::optional<std::string_view> Properties::text(PropertyId id) const {
    for (const Property& property : *this) {
        if (property.id == id) return property.text;
    }
    return std::nullopt;
}

void Properties::Iterator::read() {
    if (rest_.empty()) return;
    Reader reader(rest_);
    property_ = reader.property();
    DRAY_ASSERT(reader.ok());
}

PropertyList& PropertyList::add(PropertyId id, std::uint32_t integer) {
    const PropertyRule rule = property_rule(static_cast<std::uint32_t>(id));
    DRAY_ASSERT(integer >= rule.smallest && integer <= rule.largest);
    wire_.push_back(static_cast<char>(id));
    switch (rule.type) {
        case PropertyType::kByte:
            append_integer(wire_, integer, 1);
            break;
        case PropertyType::kTwoByteInteger:
            append_integer(wire_, integer, 2);
            break;
        case PropertyType::kFourByteInteger:
            append_integer(wire_, integer, 4);
            break;
        case PropertyType::kVariableByteInteger:
            append_variable_byte_integer(wire_, integer);
            break;
        default:
            DRAY_ASSERT(false);  // not an integer property
    }
    return *this;
}

PropertyList& PropertyList::add(PropertyId id, std::string_view text) {
    const PropertyType type = property_rule(static_cast<std::uint32_t>(id)).type;
    DRAY_ASSERT(type == PropertyType::kText || type == PropertyType::kBinary);
    wire_.push_back(static_cast<char>(id));
    append_text(wire_, text);
    return *this;
}

PropertyList& PropertyList::add_user(std::string_view name, std::string_view value) {
    wire_.push_back(static_cast<char>(PropertyId::kUserProperty));
    append_text(wire_, name);
    append_text(wire_, value);
    return *this;
}

PropertyList& PropertyList::add(const Property& property) {
    wire_.append(as_text(property.wire));
    return *this;
}

}  // namespace dray::mqtt
