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
    RootIndex root{};
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

    // Takes off what was written. `visit` is told the root of each PUBLISH of QoS 0 that is now written to
    // its last byte.
    template <typename Visit>  // void(RootIndex)
    void consume(std::size_t bytes_written, Visit visit);
    // Throws away what is left. `visit` is told the root of each PUBLISH of QoS 0 in it: they reach nobody.
    template <typename Visit>
    void discard_all(Visit visit);
    // The same for what waits.
    template <typename Visit>
    void for_each_qos0(Visit visit) const;
    // An empty outbox of an idle connection owns no memory.
    void release_memory_if_empty();

  private:
    struct Item {
        MessageRef message;  // the PUBLISH's message, or raw bytes; none for a short packet
        MessageRef more_ids;
        std::uint32_t size = 0;  // on the wire, with the frame's header
        union {
            mqtt::PacketId packet_id{};  // of a PUBLISH of QoS 1 or 2
            RootIndex root;              // ... of QoS 0
        };
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
        bool is_qos0_publish() const { return first_byte != 0 && (first_byte & 0x06) == 0; }
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

template <typename Visit>
void Outbox::consume(std::size_t bytes_written, Visit visit) {
    DRAY_ASSERT(bytes_written <= bytes_);
    bytes_ -= bytes_written;
    std::size_t left = front_written_ + bytes_written;
    while (!items_.empty() && left >= items_.front().size) {
        const Item item = items_.pop_front();
        left -= item.size;
        if (item.is_qos0_publish()) visit(item.root);
    }
    front_written_ = static_cast<std::uint32_t>(left);
}

template <typename Visit>
void Outbox::for_each_qos0(Visit visit) const {
    for (std::size_t i = 0; i < items_.size(); ++i) {
        if (items_[i].is_qos0_publish()) visit(items_[i].root);
    }
}

template <typename Visit>
void Outbox::discard_all(Visit visit) {
    for_each_qos0(visit);
    items_.clear_and_free();
    bytes_ = front_written_ = 0;
}

}  // namespace dray::session
