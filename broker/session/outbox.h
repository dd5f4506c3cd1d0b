// What is due to be sent on one connection, in order. Packets wait here as descriptions, not as bytes: a
// PUBLISH is a reference to the shared message plus what differs for this receiver, and is written out only
// when the transport gathers it for one write at the end of the turn. Lives on the connection's shard.
//
//     outbox.push_…(…)  …                     during the turn, by the shard
//     outbox.gather(batch)                    at its end, by the transport: as much as fits in the batch
//     outbox.consume(bytes_written)           what was not written stays, and is gathered again
//
// Gathering again gives the same bytes, so a packet may be cut anywhere by a short write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ring.h"
#include "mqtt/packet.h"
#include "session/gather_batch.h"
#include "session/message.h"
#include "session/sent_aliases.h"

namespace dray::session {

// How one receiver gets a message.
struct Delivery {
    MessageRef message;
    mqtt::PacketId packet_id{};  // 0 at QoS 0
    mqtt::QoS qos = mqtt::QoS::kAtMostOnce;
    bool dup = false;
    bool retain = false;
    std::uint32_t expiry_s = 0;         // remaining Message Expiry Interval; 0 = the message has none
    std::uint32_t subscription_id = 0;  // 0 = none
    SentAlias alias;                    // 5.0 only; none = the topic stands in the packet
    MessageRef more_subscription_ids;   // raw: further Subscription Identifier properties; usually none
};

class Outbox {
  public:
    explicit Outbox(mqtt::ProtocolVersion version) : version_(version) {}

    // From now on each packet is a WebSocket frame of its own. MQTT allows several in one [MQTT-5.0 6.0.0-2],
    // but widely used clients (Paho C among them) lose what follows the first.
    void use_websocket_frames() { websocket_frames_ = true; }

    // The size of the whole packet: what the receiver's Maximum Packet Size is compared with.
    std::size_t encoded_size(const Delivery& delivery) const;

    void push_publish(Delivery delivery);
    void push_short(std::string_view bytes);  // at most kShortBytesMax: acknowledgements, PINGRESP
    void push(const mqtt::Packet& packet);    // any other packet
    static constexpr std::size_t kShortBytesMax = 8;

    // While held, nothing of what is pushed leaves.
    void hold(bool on) { is_held_ = on; }

    bool empty() const { return is_held_ || items_.empty(); }  // nothing to be sent now
    std::size_t bytes() const { return bytes_; }               // still to be written
    bool is_between_packets() const { return front_written_ == 0; }
    void set_version(mqtt::ProtocolVersion version) { version_ = version; }
    mqtt::ProtocolVersion version() const { return version_; }

    // Adds to `batch` until it is full or nothing is left.
    void gather(GatherBatch& batch) const;

    struct Consumed {
        std::uint32_t qos0_messages = 0;  // PUBLISH packets of QoS 0 now written to their last byte
        std::uint32_t publishes = 0;      // ... of any QoS
    };
    Consumed consume(std::size_t bytes_written);

    // Throws away what is left, and says how many PUBLISH packets of QoS 0 were in it: they reach nobody.
    std::uint32_t discard_all();
    // An empty outbox of an idle connection owns no memory.
    void release_memory_if_empty();

  private:
    struct Item {
        MessageRef message;  // the PUBLISH's message, or raw bytes; none for a short packet
        MessageRef more_ids;
        std::uint32_t size = 0;  // on the wire, with the frame's header
        mqtt::PacketId packet_id{};
        std::uint8_t first_byte = 0;  // fixed header of a PUBLISH; 0 = raw or short
        // Length of a short packet; of a PUBLISH its topic alias, with kKnownAlias if it stands for the
        // topic.
        std::uint8_t short_bytes_or_alias = 0;
        struct Extras {
            std::uint32_t expiry_s = 0;
            std::uint32_t subscription_id = 0;
        };
        union {
            Extras extras;               // of a PUBLISH
            char bytes[kShortBytesMax];  // of a short packet
        };
        Item() : extras() {}
    };
    void push(Item item);
    void write(const Item& item, std::size_t skip, GatherBatch& batch) const;

    Ring<Item> items_;
    std::size_t bytes_ = 0;
    std::uint32_t front_written_ = 0;  // bytes of the first item that have left already
    mqtt::ProtocolVersion version_;
    bool websocket_frames_ = false;
    bool is_held_ = false;
};

}  // namespace dray::session
