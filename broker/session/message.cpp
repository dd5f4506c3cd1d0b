#include "session/message.h"

#include <cstring>
#include <new>

#include "base/assert.h"
#include "base/block_cache.h"

namespace dray::session {

namespace {

// What travels on with the message; the rest belongs to the hop that brought it.
bool travels(mqtt::PropertyId id) {
    switch (id) {
        case mqtt::PropertyId::kPayloadFormatIndicator:
        case mqtt::PropertyId::kContentType:
        case mqtt::PropertyId::kResponseTopic:
        case mqtt::PropertyId::kCorrelationData:
        case mqtt::PropertyId::kUserProperty:
            return true;
        default:
            return false;
    }
}

}  // namespace

Ref<Message> Message::make(const mqtt::Publish& publish, std::string_view topic, Origin origin,
                           const mqtt::Properties& added) {
    DRAY_ASSERT(topic.size() <= 0xFFFF);
    std::size_t property_bytes = added.wire().size();
    for (const mqtt::Property& property : publish.properties) {
        if (travels(property.id)) property_bytes += property.wire.size();
    }
    const std::size_t size = sizeof(Message) + topic.size() + property_bytes + publish.payload.size();
    void* const block = BlockCache::take(size);
    auto* message = new (block) Message();
    message->topic_bytes_ = static_cast<std::uint16_t>(topic.size());
    message->property_bytes_ = static_cast<std::uint32_t>(property_bytes);
    message->payload_bytes_ = static_cast<std::uint32_t>(publish.payload.size());
    message->qos_ = publish.qos;
    message->retain_ = publish.retain;
    message->publisher_ = origin.publisher;
    message->expires_at_ = origin.expires_at;

    auto* out = static_cast<std::uint8_t*>(block) + sizeof(Message);
    const auto append = [&out](const void* from, std::size_t bytes) {
        if (bytes > 0) std::memcpy(out, from, bytes);
        out += bytes;
    };
    append(topic.data(), topic.size());
    if (property_bytes > 0) {
        for (const mqtt::Property& property : publish.properties) {
            if (travels(property.id)) append(property.wire.data(), property.wire.size());
        }
    }
    append(added.wire().data(), added.wire().size());
    append(publish.payload.data(), publish.payload.size());
    return Ref<Message>::adopt(message);
}

Ref<Message> Message::with(const mqtt::Properties& added) const {
    mqtt::Publish publish;
    publish.qos = qos_;
    publish.retain = retain_;
    publish.properties = properties();
    publish.payload = payload();
    return make(publish, topic(), {publisher_, expires_at_}, added);
}

Ref<Message> Message::make_raw(std::string_view bytes) {
    mqtt::Publish publish;
    publish.payload = as_bytes(bytes);
    return make(publish, {}, {});
}

void Message::destroy(const Message* message) {
    const std::size_t size = message->weight();
    message->~Message();
    BlockCache::give(const_cast<Message*>(message), size);
}

}  // namespace dray::session
