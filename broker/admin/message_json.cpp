#include "admin/message_json.h"

#include <algorithm>
#include <string>

#include "auth/crypto.h"
#include "base/iso_time.h"
#include "mqtt/utf8.h"

namespace dray::admin {

namespace {

using mqtt::PropertyId;
using nlohmann::ordered_json;

ordered_json properties_json(const mqtt::Properties& properties) {
    ordered_json json = ordered_json::object();
    for (const mqtt::Property& property : properties) {
        switch (property.id) {
            case PropertyId::kPayloadFormatIndicator:
                json["payload_format"] = property.integer == 1 ? "utf-8" : "bytes";
                break;
            case PropertyId::kContentType:
                json["content_type"] = std::string(property.text);
                break;
            case PropertyId::kResponseTopic:
                json["response_topic"] = std::string(property.text);
                break;
            case PropertyId::kCorrelationData:
                json["correlation_data_base64"] = auth::to_base64(property.text);
                break;
            case PropertyId::kUserProperty:
                json["user"].push_back({std::string(property.text), std::string(property.value)});
                break;
            default:
                break;  // no other travels with a message
        }
    }
    return json;
}

}  // namespace

void add_payload(ordered_json& json, ByteView payload, std::size_t payload_bytes_max) {
    json["payload_bytes"] = payload.size();
    std::size_t shown = std::min(payload.size(), payload_bytes_max);
    const bool is_text = mqtt::is_valid_utf8(payload);
    // No character is cut in two.
    while (is_text && shown < payload.size() && shown > 0 && (payload[shown] & 0xC0) == 0x80) --shown;
    if (shown < payload.size()) json["truncated"] = true;
    const std::string bytes(as_text(payload.first(shown)));
    if (is_text) {
        json["payload"] = bytes;
    } else {
        json["payload_base64"] = auth::to_base64(bytes);
    }
}

ordered_json message_json(const session::Message& message, std::size_t payload_bytes_max) {
    ordered_json json = {{"topic", std::string(message.topic())},
                         {"qos", static_cast<unsigned>(message.qos())},
                         {"retain", message.retain()}};
    if (message.expires_at() != kNever) json["expires_at"] = to_iso_time(message.expires_at());
    if (!message.properties().empty()) json["properties"] = properties_json(message.properties());
    add_payload(json, message.payload(), payload_bytes_max);
    return json;
}

}  // namespace dray::admin
