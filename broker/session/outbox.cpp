#include "session/outbox.h"

#include <algorithm>
#include <string>

#include "base/assert.h"
#include "mqtt/encode.h"

namespace dray::session {

namespace {

constexpr std::size_t kHeaderMargin = 40;
constexpr std::size_t kAliasPropertyBytes = 3;
constexpr std::uint8_t kKnownAlias = 0x80;
static_assert(SentAliases::kCountMax < kKnownAlias);

constexpr std::size_t variable_byte_integer_bytes(std::size_t value) {
    if (value < 128) return 1;
    if (value < 16'384) return 2;
    return value < 2'097'152 ? 3 : 4;
}

// A server's frame of binary data, RFC 6455 section 5.2: not masked, whole.
std::size_t frame_header_bytes(std::size_t payload) {
    return payload < 126 ? 2 : payload < 65'536 ? 4 : 10;
}

std::size_t write_frame_header(std::size_t payload, std::uint8_t* out) {
    const std::size_t size = frame_header_bytes(payload);
    out[0] = 0x82;
    out[1] = static_cast<std::uint8_t>(size == 2 ? payload : size == 4 ? 126 : 127);
    for (std::size_t i = size; i > 2; --i, payload >>= 8) out[i - 1] = static_cast<std::uint8_t>(payload);
    return size;
}

constexpr std::uint8_t first_byte_of(const Delivery& delivery) {
    return static_cast<std::uint8_t>(0x30 | (delivery.dup ? 0x08 : 0) |
                                     (static_cast<int>(delivery.qos) << 1) | (delivery.retain ? 0x01 : 0));
}

}  // namespace

std::size_t Outbox::encoded_size(const Delivery& delivery) const {
    const Message& message = *delivery.message;
    const std::size_t topic = delivery.alias.is_known ? 0 : message.topic().size();
    std::size_t remaining = 2 + topic + message.payload().size();
    if (delivery.qos != mqtt::QoS::kAtMostOnce) remaining += 2;
    if (version_ == mqtt::ProtocolVersion::kV5) {
        std::size_t properties = message.properties().wire().size();
        if (delivery.alias.number != 0) properties += kAliasPropertyBytes;
        if (delivery.expiry_s != 0) properties += 5;
        if (delivery.subscription_id != 0)
            properties += 1 + variable_byte_integer_bytes(delivery.subscription_id);
        if (delivery.more_subscription_ids) properties += delivery.more_subscription_ids->payload().size();
        remaining += variable_byte_integer_bytes(properties) + properties;
    }
    return 1 + variable_byte_integer_bytes(remaining) + remaining;
}

void Outbox::push_publish(Delivery delivery) {
    Item item;
    item.size = static_cast<std::uint32_t>(encoded_size(delivery));
    item.first_byte = first_byte_of(delivery);
    if (item.is_qos0_publish()) {
        item.root = delivery.root;
    } else {
        item.packet_id = delivery.packet_id;
    }
    item.short_bytes_or_alias =
        static_cast<std::uint8_t>(delivery.alias.number | (delivery.alias.is_known ? kKnownAlias : 0));
    item.extras.expiry_s = delivery.expiry_s;
    item.extras.subscription_id = delivery.subscription_id;
    item.message = std::move(delivery.message);
    item.more_ids = std::move(delivery.more_subscription_ids);
    push(std::move(item));
}

void Outbox::push_short(std::string_view bytes) {
    DRAY_ASSERT(bytes.size() <= kShortBytesMax);
    Item item;
    item.size = static_cast<std::uint32_t>(bytes.size());
    item.short_bytes_or_alias = static_cast<std::uint8_t>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), item.bytes);
    push(std::move(item));
}

void Outbox::push(const mqtt::Packet& packet) {
    std::string bytes;
    mqtt::encode(packet, version_, bytes);
    if (bytes.size() <= kShortBytesMax) return push_short(bytes);
    Item item;
    item.size = static_cast<std::uint32_t>(bytes.size());
    item.message = Message::make_raw(bytes);
    push(std::move(item));
}

void Outbox::push(Item item) {
    if (websocket_frames_) item.size += static_cast<std::uint32_t>(frame_header_bytes(item.size));
    bytes_ += item.size;
    items_.push_back(std::move(item));
}

void Outbox::gather(GatherBatch& batch) const {
    if (is_held_) return;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const Item& item = items_[i];
        // All but a pointed-at payload is copied; the margin covers a fixed header of the longest form.
        const bool points = item.message && item.message->payload().size() > GatherBatch::kCopyBytesMax;
        const std::size_t copied =
            (points ? item.size - item.message->payload().size() : item.size) + kHeaderMargin;
        if (!batch.has_room(copied)) {
            if (batch.bytes() > 0) return;
            batch.grow(copied);  // one packet's topic and properties are longer than the block
        }
        write(item, i == 0 ? front_written_ : 0, batch);
    }
}

void Outbox::write(const Item& item, std::size_t skip, GatherBatch& batch) const {
    const auto add = [&](ByteView bytes) {
        const std::size_t skipped = std::min(skip, bytes.size());
        skip -= skipped;
        bytes = bytes.subspan(skipped);
        if (bytes.size() > GatherBatch::kCopyBytesMax) {
            batch.point_at(bytes);
        } else {
            batch.copy(bytes);
        }
    };
    if (websocket_frames_) {
        // The header's own length follows from that of header and payload together.
        const std::size_t header = item.size <= 127 ? 2 : item.size <= 65'539 ? 4 : 10;
        std::uint8_t bytes[10];
        add({bytes, write_frame_header(item.size - header, bytes)});
    }
    if (!item.message) return add(as_bytes({item.bytes, item.short_bytes_or_alias}));
    const Message& message = *item.message;
    if (item.first_byte == 0) return add(message.payload());

    mqtt::Publish publish;
    publish.dup = (item.first_byte & 0x08) != 0;
    publish.qos = static_cast<mqtt::QoS>((item.first_byte >> 1) & 0x03);
    publish.retain = (item.first_byte & 0x01) != 0;
    if ((item.short_bytes_or_alias & kKnownAlias) == 0) publish.topic = message.topic();
    if (!item.is_qos0_publish()) publish.packet_id = item.packet_id;
    if (version_ == mqtt::ProtocolVersion::kV5) publish.properties = message.properties();
    publish.payload = message.payload();
    mqtt::PropertyList combined;
    std::string with_more;
    if (version_ == mqtt::ProtocolVersion::kV5 &&
        (item.extras.expiry_s != 0 || item.extras.subscription_id != 0 || item.short_bytes_or_alias != 0)) {
        if (const unsigned alias = item.short_bytes_or_alias % kKnownAlias; alias != 0)
            combined.add(mqtt::PropertyId::kTopicAlias, alias);
        if (item.extras.expiry_s != 0)
            combined.add(mqtt::PropertyId::kMessageExpiryInterval, item.extras.expiry_s);
        if (item.extras.subscription_id != 0)
            combined.add(mqtt::PropertyId::kSubscriptionIdentifier, item.extras.subscription_id);
        with_more.append(as_text(combined.view().wire()));
        if (item.more_ids) with_more.append(as_text(item.more_ids->payload()));
        with_more.append(as_text(message.properties().wire()));
        publish.properties = mqtt::Properties(as_bytes(with_more));
    }
    const std::size_t header_max = mqtt::publish_header_bytes_max(publish);
    if (skip == 0) {
        std::uint8_t* const begin = batch.reserve(header_max);
        batch.commit(static_cast<std::size_t>(mqtt::encode_publish_header(publish, version_, begin) - begin));
    } else {
        std::string header(header_max, '\0');
        auto* const begin = reinterpret_cast<std::uint8_t*>(header.data());
        add({begin, static_cast<std::size_t>(mqtt::encode_publish_header(publish, version_, begin) - begin)});
    }
    add(publish.payload);
}

void Outbox::release_memory_if_empty() {
    if (items_.empty()) items_.clear_and_free();
}

}  // namespace dray::session
