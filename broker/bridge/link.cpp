#include "bridge/link.h"

#include "base/assert.h"
#include "mqtt/encode.h"

namespace dray::bridge {

using mqtt::PropertyId;

namespace {

constexpr auto kV5 = mqtt::ProtocolVersion::kV5;
// No broker says before 5.0 how much it takes at once. Mosquitto acknowledges what is more than its
// max_inflight_messages, and loses it; this is what that is unless it is set.
constexpr std::uint16_t kReceiveMaxBefore5 = 20;
constexpr std::string_view kProtocolName = "MQTT";   // the level stands behind it [MQTT-3.1.1 3.1.2]
constexpr std::size_t kBufferKeptBytes = 64 * 1024;  // one that has grown beyond is given back when empty
constexpr std::size_t kConnackBytesBefore5 = 2;

void give_back(std::string& buffer, std::size_t& used) {
    used = 0;
    buffer.clear();
    if (buffer.capacity() > kBufferKeptBytes) buffer = {};
}

}  // namespace

void Link::greet(const mqtt::Connect& connect, Claim claim) {
    DRAY_ASSERT(phase_ == Phase::kClosed);
    phase_ = Phase::kGreeting;
    version_ = connect.version;
    send(connect);
    if (claim == Claim::kClient) return;
    char& level = output_.at(output_.find(kProtocolName) + kProtocolName.size());
    level = static_cast<char>(static_cast<unsigned char>(level) | 0x80U);
}

void Link::welcome(const mqtt::Connack& connack) {
    phase_ = Phase::kOpen;
    terms_ = {};
    const mqtt::Properties& granted = connack.properties;
    terms_.session_present = connack.session_present;
    if (version_ != kV5) terms_.receive_max = kReceiveMaxBefore5;
    if (const auto count = granted.integer(PropertyId::kReceiveMaximum))
        terms_.receive_max = static_cast<std::uint16_t>(*count);
    if (const auto bytes = granted.integer(PropertyId::kMaximumPacketSize)) terms_.packet_bytes_max = *bytes;
    if (const auto qos = granted.integer(PropertyId::kMaximumQoS))
        terms_.qos_max = static_cast<mqtt::QoS>(*qos);
    terms_.takes_retained = granted.integer(PropertyId::kRetainAvailable).value_or(1) != 0;
    if (const auto seconds = granted.integer(PropertyId::kServerKeepAlive))
        terms_.keep_alive_s = static_cast<std::uint16_t>(*seconds);
}

void Link::close() {
    *this = Link();
}

void Link::take_in(ByteView bytes) {
    if (taken_ > 0) input_.erase(0, taken_);
    taken_ = 0;
    input_.append(as_text(bytes));
}

Link::Next Link::next(std::size_t packet_bytes_max) {
    if (taken_ == input_.size()) give_back(input_, taken_);
    const mqtt::FrameResult found =
        mqtt::next_frame(as_bytes(input_).subspan(taken_), packet_bytes_max, version_);
    if (found.status == mqtt::FrameStatus::kNeedMore) return {};
    if (found.status == mqtt::FrameStatus::kBad) return {std::nullopt, std::string(name(found.reason))};
    const bool is_connack = found.frame.type == mqtt::PacketType::kConnack;
    if (is_connack && version_ == kV5 && found.frame.body.size() == kConnackBytesBefore5)
        return {std::nullopt, "it does not speak MQTT 5.0: the bridge needs version = \"3.1.1\""};
    auto packet = mqtt::decode(found.frame, version_);
    if (!packet) return {std::nullopt, packet.error().what};
    taken_ += found.frame.size;
    return {std::move(*packet), {}};
}

void Link::send(const mqtt::Packet& packet) {
    mqtt::encode(packet, version_, output_);
}

void Link::sent(std::size_t bytes) {
    sent_ += bytes;
    DRAY_ASSERT(sent_ <= output_.size());
    if (sent_ == output_.size()) return give_back(output_, sent_);
    if (sent_ < kBufferKeptBytes || sent_ < output_.size() / 2) return;
    output_.erase(0, sent_);
    sent_ = 0;
}

}  // namespace dray::bridge
