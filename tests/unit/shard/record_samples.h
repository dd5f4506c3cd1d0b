// A message and its bytes on disk, for the tests of records that contain one.
#pragma once

#include <string>
#include <string_view>

#include "session/message.h"

namespace dray::test {

inline std::string hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return text;
}

inline const mqtt::PropertyList& content_type() {
    static const mqtt::PropertyList kList = mqtt::PropertyList().add(mqtt::PropertyId::kContentType, "c");
    return kList;
}

inline session::MessageRef message(Instant expires_at = kNever) {
    mqtt::Publish publish;
    publish.qos = mqtt::QoS::kExactlyOnce;
    publish.retain = true;
    publish.payload = as_bytes("hello");
    publish.properties = content_type().view();
    return session::Message::make(publish, "a/b", {7, expires_at});
}

inline constexpr std::string_view kMessageBytes =
    "16"  // QoS 2, retain, properties
    "0300"
    "612f62"  // topic
    "04000000"
    "03000163"     // properties
    "68656c6c6f";  // payload

}  // namespace dray::test
