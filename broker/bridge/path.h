// Where a message has been: one user property for each broker from which or to which a bridge has brought it,
// oldest first, by its name (`site` in the configuration). A message that has come back to where it was goes
// no further. Brokers whose names are not known have a place, too, so that the last is where it was brought.
//
//     dray-path = "north",  dray-path = "?",  dray-path = "hub"
//
// Needed where brokers stand in a ring, or two of them have bridges to each other. That one bridge does not
// bring back what it has brought is No Local's business [MQTT-5.0 3.8.3.1]. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "mqtt/properties.h"

namespace dray::bridge {

inline constexpr std::string_view kPathProperty = "dray-path";
inline constexpr std::string_view kNameless = "?";
inline constexpr std::size_t kHopsMax = 16;  // a longer way is a loop of brokers whose names are not known

// Views into the properties.
inline std::vector<std::string_view> path_of(const mqtt::Properties& properties) {
    std::vector<std::string_view> path;
    for (const mqtt::Property& property : properties) {
        if (property.id == mqtt::PropertyId::kUserProperty && property.text == kPathProperty)
            path.push_back(property.value);
    }
    return path;
}

inline bool has_been_at(std::string_view site, std::span<const std::string_view> path) {
    return site != kNameless && std::ranges::find(path, site) != path.end();
}

// Whether it has come back to where it is now, which stands last if a bridge has brought it.
inline bool has_come_back_to(std::string_view site, std::span<const std::string_view> path) {
    return !path.empty() && path.back() != site && has_been_at(site, path);
}

}  // namespace dray::bridge
