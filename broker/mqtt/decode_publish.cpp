#include "mqtt/decode_packets.h"
#include "mqtt/topic.h"
#include "mqtt/topic_scan.h"

namespace dray::mqtt {
namespace {

// What is wrong with a topic that is not plain ASCII, if anything.
[[gnu::noinline]] void check_unusual_topic(Reader& reader, const Publish& publish, ProtocolVersion version) {
    if (publish.topic.empty()) {
        const bool has_alias = publish.properties.integer(PropertyId::kTopicAlias).has_value();
        reader.require(
            has_alias,
            version == ProtocolVersion::kV5 ? ReasonCode::kProtocolError : ReasonCode::kTopicNameInvalid,
            "empty topic name");  // [MQTT-3.1.1 4.7.3-1], MQTT 5.0 section 3.3.2.1
        return;
    }
    reader.require(is_valid_utf8(as_bytes(publish.topic)), kMalformed, "topic name is not valid UTF-8");
    reader.require(is_valid_topic_name(publish.topic), ReasonCode::kTopicNameInvalid,
                   "wildcard in topic name");  // [MQTT-3.1.1 3.3.2-2]
}

}  // namespace

Publish decode_publish_body(Reader& reader, std::uint8_t flags, ProtocolVersion version) {
    const unsigned qos = flags >> 1 & 0x03U;
    Publish publish;
    publish.dup = (flags & 0x08) != 0;
    publish.qos = static_cast<QoS>(qos);
    publish.retain = (flags & 0x01) != 0;
    reader.require(qos < 3, kMalformed, "QoS 3");                         // [MQTT-3.1.1 3.3.1-4]
    reader.require(qos > 0 || !publish.dup, kMalformed, "DUP at QoS 0");  // [MQTT-3.1.1 3.3.1-2]
    publish.topic = reader.unchecked_text();
    if (qos > 0) publish.packet_id = reader.packet_id();
    publish.properties = properties_of(reader, version, PacketType::kPublish);
    if (!is_plain_topic_name(publish.topic)) check_unusual_topic(reader, publish, version);
    publish.payload = reader.take_rest();
    return publish;
}

Result<Publish, DecodeError> decode_publish(const Frame& frame, ProtocolVersion version) {
    Reader reader(frame.body);
    const Publish publish = decode_publish_body(reader, frame.flags, version);
    if (!reader.ok()) return reader.error();
    return publish;
}

}  // namespace dray::mqtt
