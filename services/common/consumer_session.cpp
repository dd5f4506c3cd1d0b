#include "services/common/consumer_session.h"

#include <chrono>
#include <utility>

#include "mqtt/decode.h"
#include "mqtt/encode.h"

namespace dray::service {
namespace {

using mqtt::PropertyId;
using mqtt::ProtocolVersion;
using mqtt::QoS;
using mqtt::ReasonCode;

constexpr ProtocolVersion kVersion = ProtocolVersion::kV5;
constexpr std::uint32_t kSessionExpirySeconds = 24 * 60 * 60;
constexpr mqtt::PacketId kSubscribeId{1};
constexpr std::chrono::seconds kAnswerMax{10};
constexpr std::chrono::seconds kPingEvery{ConsumerSession::kKeepAliveSeconds / 2};

std::string words(ReasonCode reason) {
    return std::string(mqtt::name(reason));
}

Message to_message(const mqtt::Publish& publish) {
    Message message{.topic = std::string(publish.topic),
                    .payload = std::string(as_text(publish.payload)),
                    .qos = static_cast<int>(publish.qos),
                    .retained = publish.retain};
    for (const auto& property : publish.properties) {
        if (property.id != PropertyId::kUserProperty) continue;
        message.user_properties.emplace_back(property.text, property.value);
    }
    return message;
}

}  // namespace

void ConsumerSession::start(std::vector<std::string> filters, Instant now) {
    lost();
    filters_ = std::move(filters);
    state_ = State::kConnecting;
    last_heard_ = last_ping_ = now;
    mqtt::PropertyList properties;
    properties.add(PropertyId::kReceiveMaximum, std::uint32_t{kReceiveMaximum});
    properties.add(PropertyId::kMaximumPacketSize, std::uint32_t{kPacketBytesMax});
    if (options_.persistent_session)
        properties.add(PropertyId::kSessionExpiryInterval, kSessionExpirySeconds);
    const mqtt::Connect connect{.version = kVersion,
                                .clean_start = !options_.persistent_session,
                                .keep_alive_s = kKeepAliveSeconds,
                                .client_id = options_.client_id,
                                .properties = properties.view(),
                                .will = std::nullopt,
                                .user_name = std::nullopt,
                                .password = std::nullopt};
    mqtt::encode(connect, kVersion, output_);
}

void ConsumerSession::lost() {
    state_ = State::kDown;
    ping_pending_ = false;
    input_.clear();
    output_.clear();
}

std::string ConsumerSession::receive(ByteView bytes, Instant now, Events& events) {
    last_heard_ = now;
    input_.append(as_text(bytes));
    std::size_t used = 0;
    std::string fault;
    while (fault.empty()) {
        const auto next = mqtt::next_frame(as_bytes(input_).subspan(used), kPacketBytesMax);
        if (next.status == mqtt::FrameStatus::kNeedMore) break;
        if (next.status == mqtt::FrameStatus::kBad) return "the broker sent a malformed packet";
        used += next.frame.size;
        const auto packet = mqtt::decode(next.frame, kVersion);
        fault = packet ? take(*packet, events) : packet.error().what;
    }
    input_.erase(0, used);
    return fault;
}

std::string ConsumerSession::take(const mqtt::Packet& packet, Events& events) {
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) {
        if (publish->qos == QoS::kExactlyOnce) return "the broker sent QoS 2, which was not subscribed to";
        events.on_message(to_message(*publish), publish->packet_id);
        return {};
    }
    if (const auto* connack = std::get_if<mqtt::Connack>(&packet)) return take_connack(*connack);
    if (const auto* suback = std::get_if<mqtt::Suback>(&packet)) return take_suback(*suback, events);
    if (const auto* disconnect = std::get_if<mqtt::Disconnect>(&packet))
        return "the broker disconnects: " + words(disconnect->reason);
    if (!std::holds_alternative<mqtt::Pingresp>(packet)) return "the broker sent a packet out of place";
    ping_pending_ = false;
    return {};
}

std::string ConsumerSession::take_connack(const mqtt::Connack& connack) {
    if (state_ != State::kConnecting) return "the broker sent a second CONNACK";
    if (is_failure(connack.reason)) return "the broker refuses the connection: " + words(connack.reason);
    state_ = State::kSubscribing;
    mqtt::Subscribe subscribe{.packet_id = kSubscribeId, .properties = {}, .requests = {}};
    for (const auto& filter : filters_)
        subscribe.requests.push_back({filter, mqtt::SubscriptionOptions{.qos = QoS::kAtLeastOnce}});
    mqtt::encode(subscribe, kVersion, output_);
    return {};
}

std::string ConsumerSession::take_suback(const mqtt::Suback& suback, Events& events) {
    if (state_ != State::kSubscribing || suback.reasons.size() != filters_.size())
        return "the broker sent a SUBACK out of place";
    for (std::size_t i = 0; i < filters_.size(); ++i) {
        if (!is_failure(suback.reasons[i])) continue;
        return "the broker refuses to subscribe " + filters_[i] + ": " + words(suback.reasons[i]);
    }
    state_ = State::kUp;
    events.on_up();
    return {};
}

std::string ConsumerSession::tick(Instant now) {
    if (state_ == State::kDown) return {};
    if (state_ != State::kUp)
        return now - last_heard_ > kAnswerMax ? "the broker does not answer" : std::string{};
    if (ping_pending_ && now - last_ping_ > kAnswerMax) return "the broker no longer answers";
    // By the clock alone, not by what was sent: acknowledgements may pause for as long as a transaction does.
    if (!ping_pending_ && now - last_ping_ > kPingEvery) {
        ping_pending_ = true;
        last_ping_ = now;
        mqtt::encode(mqtt::Pingreq{}, kVersion, output_);
    }
    return {};
}

void ConsumerSession::acknowledge(mqtt::PacketId packet_id, ReasonCode reason) {
    if (packet_id == mqtt::PacketId{} || state_ == State::kDown) return;
    mqtt::Puback puback;
    puback.packet_id = packet_id;
    puback.reason = reason;
    mqtt::encode(puback, kVersion, output_);
}

void ConsumerSession::disconnect() {
    if (state_ != State::kDown) mqtt::encode(mqtt::Disconnect{}, kVersion, output_);
}

}  // namespace dray::service
