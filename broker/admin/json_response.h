// Answers in JSON. Includes the library itself: for the handlers only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "admin/http_message.h"
#include "admin/problem.h"

namespace dray::admin {

inline const Problem kShardSilent{503,
                                  "a shard did not answer in time: it is too busy, or drayd is stopping"};

// What clients named or sent may be in it, and need not be UTF-8 in every byte.
inline std::string to_text(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

inline HttpResponse json_response(const nlohmann::ordered_json& json, int status = 200) {
    return {.status = status, .body = to_text(json)};
}

}  // namespace dray::admin
