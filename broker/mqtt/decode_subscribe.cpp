#include "mqtt/decode_packets.h"
#include "mqtt/topic.h"

namespace dray::mqtt {
namespace {

constexpr auto kProtocol = ReasonCode::kProtocolError;

std::string_view read_filter(Reader& reader) {
    const std::string_view filter = reader.text();
    reader.require(is_valid_topic_filter(filter), ReasonCode::kTopicFilterInvalid, "bad topic filter");
    return filter;
}

SubscriptionOptions read_options(Reader& reader, ProtocolVersion version) {
    const std::uint8_t bits = reader.byte();
    const bool is_v5 = version == ProtocolVersion::kV5;
    const unsigned qos = bits & 0x03U;
    const unsigned retain_handling = bits >> 4 & 0x03U;
    // [MQTT-3.1.1 3.8.3-4], [MQTT-5.0 3.8.3-5]; 3.1 and 3.1.1 have the QoS alone.
    reader.require((bits & (is_v5 ? 0xc0 : 0xfc)) == 0, kMalformed, "reserved subscription option is set");
    reader.require(qos < 3, is_v5 ? kProtocol : kMalformed, "QoS 3");
    reader.require(retain_handling < 3, kProtocol, "Retain Handling 3");
    return {.qos = static_cast<QoS>(qos),
            .no_local = (bits & 0x04) != 0,
            .retain_as_published = (bits & 0x08) != 0,
            .retain_handling = static_cast<RetainHandling>(retain_handling)};
}

}  // namespace

Subscribe decode_subscribe(Reader& reader, ProtocolVersion version) {
    Subscribe subscribe;
    subscribe.packet_id = reader.packet_id();
    subscribe.properties = properties_of(reader, version, PacketType::kSubscribe);
    do {  // an empty payload fails in the first read [MQTT-3.1.1 3.8.3-3]
        reader.require(!reader.at_end(), kProtocol, "SUBSCRIBE without a topic filter");
        const std::string_view filter = read_filter(reader);
        const SubscriptionOptions options = read_options(reader, version);
        reader.require(!options.no_local || !parse_shared(filter), kProtocol,
                       "No Local on a shared subscription");  // [MQTT-5.0 3.8.3-4]
        subscribe.requests.push_back({filter, options});
    } while (!reader.at_end());
    return subscribe;
}

Suback decode_suback(Reader& reader, ProtocolVersion version) {
    Suback suback;
    suback.packet_id = reader.packet_id();
    suback.properties = properties_of(reader, version, PacketType::kSuback);
    do {
        suback.reasons.push_back(read_reason(reader, PacketType::kSuback));
        reader.require(
            version == ProtocolVersion::kV5 || suback.reasons.back() <= ReasonCode::kUnspecifiedError,
            kProtocol, "reserved return code");  // [MQTT-3.1.1 3.9.3-2]
    } while (!reader.at_end());
    return suback;
}

Unsubscribe decode_unsubscribe(Reader& reader, ProtocolVersion version) {
    Unsubscribe unsubscribe;
    unsubscribe.packet_id = reader.packet_id();
    unsubscribe.properties = properties_of(reader, version, PacketType::kUnsubscribe);
    do {  // [MQTT-3.1.1 3.10.3-2]
        reader.require(!reader.at_end(), kProtocol, "UNSUBSCRIBE without a topic filter");
        unsubscribe.filters.push_back(read_filter(reader));
    } while (!reader.at_end());
    return unsubscribe;
}

Unsuback decode_unsuback(Reader& reader, ProtocolVersion version) {
    Unsuback unsuback;
    unsuback.packet_id = reader.packet_id();
    if (version != ProtocolVersion::kV5) return unsuback;
    unsuback.properties = reader.properties(place_of(PacketType::kUnsuback));
    do {
        unsuback.reasons.push_back(read_reason(reader, PacketType::kUnsuback));
    } while (!reader.at_end());
    return unsuback;
}

}  // namespace dray::mqtt
