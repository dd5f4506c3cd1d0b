// A text that a JSON object may have: of a token, or of the keys that sign them. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace dray::auth {

// Empty if it is not there, or no text.
inline std::string text_in(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace dray::auth
