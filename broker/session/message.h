// One application message on its way through the broker: immutable, counted, shared by every session, queue
// and shard that holds it. One block of memory:
//
//     | Message | topic | properties | payload |
//
// `properties` are those that travel with the message (MQTT 5.0 section 3.3.2.3.1): payload format, content
// type, response topic, correlation data and user properties, as they stood on the wire and in their order.
// What belongs to one hop only (topic alias, subscription identifiers) or changes on the way (expiry) is not
// among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/instant.h"
#include "base/ref.h"
#include "mqtt/packet.h"

namespace dray::session {

class Message final : public RefCounted<Message> {
  public:
    struct Origin {
        std::uint64_t publisher =
            0;  // SessionNumber of the publishing session: No Local compares it; 0 = the broker
        Instant expires_at = kNever;
    };
    // Copies what it needs. `topic` is given apart because a topic alias may stand for it; `added` are
    // properties that the broker puts behind the publisher's.
    static Ref<Message> make(const mqtt::Publish& publish, std::string_view topic, Origin origin,
                             const mqtt::Properties& added = {});
    // The same message with more properties.
    Ref<Message> with(const mqtt::Properties& added) const;
    // Bytes that are sent as they are: a control packet too long to stand inside an Outgoing.
    static Ref<Message> make_raw(std::string_view bytes);

    std::string_view topic() const { return {data(), topic_bytes_}; }
    mqtt::Properties properties() const {
        return mqtt::Properties({bytes() + topic_bytes_, std::size_t{property_bytes_}});
    }
    ByteView payload() const { return {bytes() + topic_bytes_ + property_bytes_, payload_bytes_}; }

    mqtt::QoS qos() const { return qos_; }   // as published
    bool retain() const { return retain_; }  // as published
    std::uint64_t publisher() const { return publisher_; }
    Instant expires_at() const { return expires_at_; }
    bool expired(Instant now) const { return now >= expires_at_; }
    // What it weighs in memory and in limits, in bytes.
    std::size_t weight() const { return sizeof(Message) + topic_bytes_ + property_bytes_ + payload_bytes_; }

    static void destroy(const Message* message);

  private:
    Message() = default;
    ~Message() = default;
    const char* data() const { return reinterpret_cast<const char*>(this + 1); }
    const std::uint8_t* bytes() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }

    std::uint16_t topic_bytes_ = 0;
    mqtt::QoS qos_{};
    bool retain_ = false;
    std::uint32_t property_bytes_ = 0;
    std::uint32_t payload_bytes_ = 0;
    std::uint64_t publisher_ = 0;
    Instant expires_at_ = kNever;
};

using MessageRef = Ref<Message>;

// The first level of a topic, as the books of one shard number it (shard/books.h).
enum class RootIndex : std::uint16_t {};

}  // namespace dray::session
