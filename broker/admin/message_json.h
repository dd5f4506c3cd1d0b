// A message as JSON. What is no UTF-8 is given in base64, under another name.
//
//     {"topic": "order/new/60601/7", "qos": 1, "retain": false,
//      "properties": {"content_type": "text/plain", "user": [["attempt", "3"]]},
//      "payload_bytes": 5, "payload": "hello"}             or "payload_base64"; "truncated": true if it is
//      cut
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>

#include "base/byte_view.h"
#include "session/message.h"

namespace dray::admin {

// Of the payload at most `payload_bytes_max` bytes.
nlohmann::ordered_json message_json(const session::Message& message, std::size_t payload_bytes_max);

// "payload_bytes" and what follows.
void add_payload(nlohmann::ordered_json& json, ByteView payload, std::size_t payload_bytes_max);

}  // namespace dray::admin
