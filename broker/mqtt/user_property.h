// User Properties by their name, MQTT 5.0 section 1.5.7.
#pragma once

#include <optional>
#include <string_view>

#include "mqtt/properties.h"

namespace dray::mqtt {

// The value of the first of that name.
inline std::optional<std::string_view> user_property(const Properties& properties, std::string_view name) {
    for (const Property& property : properties) {
        if (property.id == PropertyId::kUserProperty && property.text == name) return property.value;
    }
    return std::nullopt;
}

}  // namespace dray::mqtt
