#include "mqtt/encode.h"

#include <cstring>

#include "base/assert.h"

namespace dray::mqtt {
namespace {

constexpr std::size_t kRemainingLengthMax = 268'435'455;

// Every body is written by one function through one of two sinks: the first counts, the second writes.
class CountingSink {
  public:
    void byte(unsigned) { ++size_; }
    void bytes(ByteView bytes) { size_ += bytes.size(); }
    std::size_t size() const { return size_; }

  private:
    std::size_t size_ = 0;
};

class MemorySink {
  public:
    explicit MemorySink(std::uint8_t* out) : out_(out) {}
    void byte(unsigned value) { *out_++ = static_cast<std::uint8_t>(value); }
    void bytes(ByteView bytes) {
        if (!bytes.empty()) std::memcpy(out_, bytes.data(), bytes.size());
        out_ += bytes.size();
    }
    std::uint8_t* end() const { return out_; }

  private:
    std::uint8_t* out_;
};

template <typename Sink>
void write_two_bytes(Sink& sink, unsigned value) {
    sink.byte(value >> 8);
    sink.byte(value & 0xff);
}

template <typename Sink>
void write_variable_byte_integer(Sink& sink, std::size_t value) {
    DRAY_ASSERT(value <= kRemainingLengthMax);
    for (; value >= 0x80; value >>= 7) sink.byte(static_cast<unsigned>((value & 0x7f) | 0x80));
    sink.byte(static_cast<unsigned>(value));
}

template <typename Sink>
void write_binary(Sink& sink, ByteView bytes) {
    DRAY_ASSERT(bytes.size() <= kTextBytesMax);
    write_two_bytes(sink, static_cast<unsigned>(bytes.size()));
    sink.bytes(bytes);
}

template <typename Sink>
void write_text(Sink& sink, std::string_view text) {
    write_binary(sink, as_bytes(text));
}

template <typename Sink>
void write_packet_id(Sink& sink, PacketId packet_id) {
    DRAY_ASSERT(packet_id != PacketId{});
    write_two_bytes(sink, static_cast<unsigned>(packet_id));
}

template <typename Sink>
void write_properties(Sink& sink, const Properties& properties, ProtocolVersion version) {
    if (version != ProtocolVersion::kV5) return;
    write_variable_byte_integer(sink, properties.wire().size());
    sink.bytes(properties.wire());
}

// Reason Code and properties, as short as MQTT 5.0 sections 3.4.2.1, 3.14.2.1 and 3.15.2.1 allow.
template <typename Sink>
void write_optional_reason(Sink& sink, ReasonCode reason, const Properties& properties,
                           ProtocolVersion version) {
    if (version != ProtocolVersion::kV5) return;
    if (reason == ReasonCode::kSuccess && properties.empty()) return;
    sink.byte(static_cast<unsigned>(reason));
    if (!properties.empty()) write_properties(sink, properties, version);
}

unsigned bit(bool value, unsigned shift) {
    return static_cast<unsigned>(value) << shift;
}

unsigned connect_flags(const Connect& connect) {
    unsigned flags = bit(connect.clean_start, 1) | bit(connect.password.has_value(), 6) |
                     bit(connect.user_name.has_value(), 7);
    if (const auto& will = connect.will) {
        flags |= 0x04U | static_cast<unsigned>(will->qos) << 3 | bit(will->retain, 5);
    }
    return flags;
}

unsigned publish_flags(const Publish& publish) {
    return bit(publish.dup, 3) | static_cast<unsigned>(publish.qos) << 1 | bit(publish.retain, 0);
}

unsigned option_bits(const SubscriptionOptions& options, ProtocolVersion version) {
    const auto qos = static_cast<unsigned>(options.qos);
    if (version != ProtocolVersion::kV5) return qos;
    return qos | bit(options.no_local, 2) | bit(options.retain_as_published, 3) |
           static_cast<unsigned>(options.retain_handling) << 4;
}

unsigned connack_code(ReasonCode reason, ProtocolVersion version) {
    return version == ProtocolVersion::kV5 ? static_cast<unsigned>(reason) : connack_return_code(reason);
}

// 3.1.1 knows one failure [MQTT-3.1.1 3.9.3-2].
unsigned suback_code(ReasonCode reason, ProtocolVersion version) {
    if (version != ProtocolVersion::kV5 && is_failure(reason)) return 0x80;
    return static_cast<unsigned>(reason);
}

// --- one writer a packet: variable header and payload -------------------------------------------------

template <typename Sink>
void write(Sink& sink, const Connect& connect, ProtocolVersion) {
    const ProtocolVersion version = connect.version;
    write_text(sink, version == ProtocolVersion::kV31 ? "MQIsdp" : "MQTT");
    sink.byte(static_cast<unsigned>(version));
    sink.byte(connect_flags(connect));
    write_two_bytes(sink, connect.keep_alive_s);
    write_properties(sink, connect.properties, version);
    write_text(sink, connect.client_id);
    if (const auto& will = connect.will) {
        write_properties(sink, will->properties, version);
        write_text(sink, will->topic);
        write_binary(sink, will->payload);
    }
    if (connect.user_name) write_text(sink, *connect.user_name);
    if (connect.password) write_binary(sink, *connect.password);
}

template <typename Sink>
void write(Sink& sink, const Connack& connack, ProtocolVersion version) {
    sink.byte(bit(connack.session_present && version != ProtocolVersion::kV31, 0));
    sink.byte(connack_code(connack.reason, version));
    write_properties(sink, connack.properties, version);
}

template <typename Sink>
void write_before_payload(Sink& sink, const Publish& publish, ProtocolVersion version) {
    write_text(sink, publish.topic);
    if (publish.qos != QoS::kAtMostOnce) write_packet_id(sink, publish.packet_id);
    write_properties(sink, publish.properties, version);
}

template <typename Sink>
void write(Sink& sink, const Publish& publish, ProtocolVersion version) {
    write_before_payload(sink, publish, version);
    sink.bytes(publish.payload);
}

template <typename Sink>
void write(Sink& sink, const Acknowledgement& acknowledgement, ProtocolVersion version) {
    write_packet_id(sink, acknowledgement.packet_id);
    write_optional_reason(sink, acknowledgement.reason, acknowledgement.properties, version);
}

template <typename Sink>
void write(Sink& sink, const Subscribe& subscribe, ProtocolVersion version) {
    write_packet_id(sink, subscribe.packet_id);
    write_properties(sink, subscribe.properties, version);
    for (const SubscriptionRequest& request : subscribe.requests) {
        write_text(sink, request.filter);
        sink.byte(option_bits(request.options, version));
    }
}

template <typename Sink>
void write(Sink& sink, const Suback& suback, ProtocolVersion version) {
    write_packet_id(sink, suback.packet_id);
    write_properties(sink, suback.properties, version);
    for (const ReasonCode reason : suback.reasons) sink.byte(suback_code(reason, version));
}

template <typename Sink>
void write(Sink& sink, const Unsubscribe& unsubscribe, ProtocolVersion version) {
    write_packet_id(sink, unsubscribe.packet_id);
    write_properties(sink, unsubscribe.properties, version);
    for (const std::string_view filter : unsubscribe.filters) write_text(sink, filter);
}

template <typename Sink>
void write(Sink& sink, const Unsuback& unsuback, ProtocolVersion version) {
    write_packet_id(sink, unsuback.packet_id);
    if (version != ProtocolVersion::kV5) return;
    write_properties(sink, unsuback.properties, version);
    for (const ReasonCode reason : unsuback.reasons) sink.byte(static_cast<unsigned>(reason));
}

template <typename Sink>
void write(Sink&, const Pingreq&, ProtocolVersion) {}
template <typename Sink>
void write(Sink&, const Pingresp&, ProtocolVersion) {}

template <typename Sink>
void write(Sink& sink, const Disconnect& disconnect, ProtocolVersion version) {
    write_optional_reason(sink, disconnect.reason, disconnect.properties, version);
}

template <typename Sink>
void write(Sink& sink, const Auth& auth, ProtocolVersion version) {
    DRAY_ASSERT(version == ProtocolVersion::kV5);
    if (auth.reason == ReasonCode::kSuccess && auth.properties.empty()) return;
    sink.byte(static_cast<unsigned>(auth.reason));
    write_properties(sink, auth.properties, version);
}

// --- the fixed header ----------------------------------------------------------------------------------

unsigned first_byte(PacketType type, unsigned flags) {
    return static_cast<unsigned>(type) << 4 | flags;
}

unsigned first_byte(const Packet& packet) {
    const auto type = static_cast<PacketType>(packet.index() + 1);  // Packet lists them in this order
    switch (type) {
        case PacketType::kPublish:
            return first_byte(type, publish_flags(std::get<Publish>(packet)));
        case PacketType::kPubrel:
        case PacketType::kSubscribe:
        case PacketType::kUnsubscribe:
            return first_byte(type, 0x02);
        default:
            return first_byte(type, 0x00);
    }
}

std::size_t header_size(std::size_t remaining_length) {
    CountingSink counter;
    write_variable_byte_integer(counter, remaining_length);
    return 1 + counter.size();
}

template <typename Body>
std::size_t body_size(const Body& body, ProtocolVersion version) {
    CountingSink counter;
    write(counter, body, version);
    return counter.size();
}

}  // namespace

void encode(const Packet& packet, ProtocolVersion version, std::string& out) {
    const auto append = [&](const auto& body) {
        const std::size_t remaining = body_size(body, version);
        const std::size_t start = out.size();
        out.resize(start + header_size(remaining) + remaining);
        MemorySink sink(reinterpret_cast<std::uint8_t*>(out.data()) + start);
        sink.byte(first_byte(packet));
        write_variable_byte_integer(sink, remaining);
        write(sink, body, version);
    };
    std::visit(append, packet);
}

std::uint8_t* encode_publish_header(const Publish& publish, ProtocolVersion version, std::uint8_t* out) {
    MemorySink sink(out);
    sink.byte(first_byte(PacketType::kPublish, publish_flags(publish)));
    write_variable_byte_integer(sink, body_size(publish, version));
    write_before_payload(sink, publish, version);
    return sink.end();
}

std::size_t publish_header_bytes_max(const Publish& publish) {
    constexpr std::size_t fixed_header = 5;
    constexpr std::size_t topic_length = 2;
    constexpr std::size_t packet_id = 2;
    constexpr std::size_t property_length = 4;
    return fixed_header + topic_length + publish.topic.size() + packet_id + property_length +
           publish.properties.wire().size();
}

std::size_t encoded_size(const Publish& publish, ProtocolVersion version) {
    const std::size_t remaining = body_size(publish, version);
    return header_size(remaining) + remaining;
}

ShortAcknowledgement encode_short_acknowledgement(PacketType type, PacketId packet_id) {
    const auto id = static_cast<unsigned>(packet_id);
    const unsigned flags = type == PacketType::kPubrel ? 0x02 : 0x00;
    return {{static_cast<std::uint8_t>(first_byte(type, flags)), 2, static_cast<std::uint8_t>(id >> 8),
             static_cast<std::uint8_t>(id)}};
}

std::uint8_t connack_return_code(ReasonCode reason) {
    switch (reason) {
        case ReasonCode::kSuccess:
            return 0;
        case ReasonCode::kUnsupportedProtocolVersion:
            return 1;
        case ReasonCode::kClientIdentifierNotValid:
            return 2;
        case ReasonCode::kBadUserNameOrPassword:
        case ReasonCode::kBadAuthenticationMethod:
            return 4;
        case ReasonCode::kNotAuthorized:
        case ReasonCode::kBanned:
            return 5;
        default:
            return 3;  // Server unavailable
    }
}

}  // namespace dray::mqtt
