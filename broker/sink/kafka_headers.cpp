#include "sink/kafka_headers.h"

namespace dray::sink {

std::vector<KafkaHeader> kafka_headers(const Record& record) {
    const Fields fields = fields_of(record.properties);
    std::vector<KafkaHeader> headers;
    headers.reserve(fields.user.size() + 3);
    const auto add = [&headers](std::string_view name, std::string_view value) {
        headers.push_back({name, std::string(value)});
    };
    add("mqtt-topic", record.topic);
    if (fields.content_type) add("mqtt-content-type", *fields.content_type);
    if (fields.response_topic) add("mqtt-response-topic", *fields.response_topic);
    if (fields.correlation_data) add("mqtt-correlation-data", *fields.correlation_data);
    if (fields.expiry_s) add("mqtt-message-expiry-interval", std::to_string(*fields.expiry_s));
    if (fields.is_text) add("mqtt-payload-format-indicator", "1");
    for (const auto& [name, value] : fields.user) add(name, value);
    return headers;
}

}  // namespace dray::sink
