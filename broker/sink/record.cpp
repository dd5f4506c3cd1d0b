#include "sink/record.h"

namespace dray::sink {

using mqtt::PropertyId;

Fields fields_of(const mqtt::Properties& properties) {
    Fields fields;
    for (const mqtt::Property& property : properties) {
        switch (property.id) {
            case PropertyId::kContentType:
                fields.content_type = property.text;
                break;
            case PropertyId::kResponseTopic:
                fields.response_topic = property.text;
                break;
            case PropertyId::kCorrelationData:
                fields.correlation_data = property.text;
                break;
            case PropertyId::kMessageExpiryInterval:
                fields.expiry_s = property.integer;
                break;
            case PropertyId::kPayloadFormatIndicator:
                fields.is_text = property.integer == 1;
                break;
            case PropertyId::kUserProperty:
                fields.user.emplace_back(property.text, property.value);
                break;
            default:
                break;
        }
    }
    return fields;
}

}  // namespace dray::sink
