#include "link/client_session.h"

#include <algorithm>

#include "base/assert.h"
#include "mqtt/decode.h"
#include "mqtt/encode.h"

namespace dray::link {

using mqtt::PacketId;
using mqtt::ProtocolVersion;
using mqtt::QoS;
using mqtt::ReasonCode;

namespace {

constexpr ProtocolVersion kVersion = ProtocolVersion::kV311;
constexpr std::chrono::seconds kConnackWait{20};
constexpr std::chrono::seconds kPingrespWait{20};
constexpr std::size_t kOutputKeptBytes =
    512;  // a buffer that has grown beyond this is given back once it is empty

const char* refusal_text(ReasonCode reason) {
    switch (reason) {
        case ReasonCode::kUnsupportedProtocolVersion:
            return "the broker does not speak MQTT 3.1.1";
        case ReasonCode::kClientIdentifierNotValid:
            return "the broker refuses the client id";
        case ReasonCode::kServerUnavailable:
            return "the broker says that it is unavailable";
        case ReasonCode::kBadUserNameOrPassword:
            return "the broker refuses the user name or password";
        case ReasonCode::kNotAuthorized:
            return "the broker refuses the login: not authorized";
        default:
            return "the broker refuses the connection";
    }
}

}  // namespace

void ClientSession::start(const Hello& hello, Instant now) {
    DRAY_ASSERT(state_ == State::kDown);
    state_ = State::kConnecting;
    refusal_ = nullptr;
    keep_alive_s_ = hello.keep_alive_s;
    last_heard_ = now;
    mqtt::Connect connect{.version = kVersion,
                          .clean_start = hello.clean_session,
                          .keep_alive_s = hello.keep_alive_s,
                          .client_id = hello.client_id,
                          .properties = {},
                          .will = std::nullopt,
                          .user_name = std::nullopt,
                          .password = std::nullopt};
    if (!hello.will_topic.empty())
        connect.will = mqtt::Will{.topic = hello.will_topic,
                                  .payload = as_bytes(hello.will_payload),
                                  .qos = QoS::kAtLeastOnce,
                                  .retain = true,
                                  .properties = {}};
    if (!hello.user_name.empty()) connect.user_name = hello.user_name;
    if (!hello.password.empty()) connect.password = as_bytes(hello.password);
    mqtt::encode(connect, kVersion, output_);
}

void ClientSession::lost() {
    state_ = State::kDown;
    ping_pending_ = false;
    refusal_ = nullptr;
    sent_ = 0;
    output_ = {};
    input_ = {};
}

const char* ClientSession::receive(ByteView bytes, Instant now, Events& events) {
    last_heard_ = now;
    std::size_t used = 0;
    if (input_.empty()) {
        const char* fault = take_packets(bytes, events, used);
        if (!fault && state_ != State::kDown) input_.append(as_text(bytes.subspan(used)));
        return fault;
    }
    // Moved out first: what is called from here may close and so clear input_.
    std::string whole = std::move(input_);
    input_ = {};
    whole.append(as_text(bytes));
    const char* fault = take_packets(as_bytes(whole), events, used);
    if (!fault && used < whole.size()) input_ = whole.substr(used);
    return fault;
}

const char* ClientSession::take_packets(ByteView bytes, Events& events, std::size_t& used) {
    while (used < bytes.size()) {
        const mqtt::FrameResult next = mqtt::next_frame(bytes.subspan(used), kPacketBytesMax);
        if (next.status == mqtt::FrameStatus::kNeedMore) return nullptr;
        if (next.status == mqtt::FrameStatus::kBad) return "the broker sent a malformed packet";
        used += next.frame.size;
        const auto packet = mqtt::decode(next.frame, kVersion);
        if (!packet) return packet.error().what;
        if (const char* fault = take_packet(*packet, events)) return fault;
    }
    return nullptr;
}

const char* ClientSession::take_packet(const mqtt::Packet& packet, Events& events) {
    if (const auto* connack = std::get_if<mqtt::Connack>(&packet)) return take_connack(*connack, events);
    if (state_ != State::kUp) return "the broker's first packet is not CONNACK";
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) {
        if (publish->qos == QoS::kExactlyOnce) return "the broker sent QoS 2, which was not subscribed to";
        events.on_message(publish->topic, publish->payload);
        if (publish->qos == QoS::kAtLeastOnce && state_ == State::kUp) {
            const auto ack =
                mqtt::encode_short_acknowledgement(mqtt::PacketType::kPuback, publish->packet_id);
            output_.append(as_text(ack.bytes));
        }
    } else if (const auto* puback = std::get_if<mqtt::Puback>(&packet)) {
        take_puback(puback->packet_id);
    } else if (const auto* suback = std::get_if<mqtt::Suback>(&packet)) {
        for (const ReasonCode reason : suback->reasons)
            if (is_failure(reason)) events.on_subscription_refused();
    } else if (std::holds_alternative<mqtt::Pingresp>(packet)) {
        ping_pending_ = false;
    } else if (!std::holds_alternative<mqtt::Unsuback>(packet)) {
        return "the broker sent a packet that only clients send";
    }
    return nullptr;
}

const char* ClientSession::take_connack(const mqtt::Connack& connack, Events& events) {
    if (state_ != State::kConnecting) return "the broker sent a second CONNACK";
    if (connack.reason != ReasonCode::kSuccess) return refusal_ = refusal_text(connack.reason);
    state_ = State::kUp;
    resend();
    events.on_up();
    return nullptr;
}

void ClientSession::take_puback(PacketId packet_id) {
    if (!unacknowledged_) return;
    const auto found =
        std::find_if(unacknowledged_->begin(), unacknowledged_->end(),
                     [&](const Unacknowledged& waiting) { return waiting.packet_id == packet_id; });
    if (found != unacknowledged_->end()) unacknowledged_->erase(found);
    if (unacknowledged_->empty()) unacknowledged_.reset();
}

const char* ClientSession::tick(Instant now, bool radio) {
    const auto silence = now - last_heard_;
    if (state_ == State::kConnecting) return silence > kConnackWait ? "no CONNACK from the broker" : nullptr;
    if (state_ != State::kUp || keep_alive_s_ == 0) return nullptr;
    const auto patience = std::chrono::seconds(keep_alive_s_) * 3 / 4;
    if (silence > patience + kPingrespWait && ping_pending_)
        return radio ? "the broker no longer answers" : "no radio for longer than the keep-alive allows";
    // What a vehicle sends keeps the broker content; the ping is there to see whether the broker is still
    // alive.
    if (silence > patience && !ping_pending_) {
        ping_pending_ = true;
        mqtt::encode(mqtt::Pingreq{}, kVersion, output_);
    }
    return nullptr;
}

bool ClientSession::publish(std::string_view topic, std::string_view payload, QoS qos, bool retain) {
    const bool room = output_.size() - sent_ < kOutputBytesMax;
    mqtt::Publish publish{
        .qos = qos, .retain = retain, .topic = topic, .properties = {}, .payload = as_bytes(payload)};
    if (qos == QoS::kAtMostOnce) {
        if (state_ != State::kUp || !room) return false;
        append_publish(publish);
        return true;
    }
    if (!unacknowledged_) unacknowledged_ = std::make_unique<std::deque<Unacknowledged>>();
    if (unacknowledged_->size() >= kUnacknowledgedMax) return false;
    publish.packet_id = next_packet_id();
    unacknowledged_->push_back({publish.packet_id, retain, std::string(topic), std::string(payload)});
    if (state_ == State::kUp) append_publish(publish);
    return true;
}

void ClientSession::append_publish(const mqtt::Publish& publish) {
    const std::size_t start = output_.size();
    output_.resize(start + mqtt::publish_header_bytes_max(publish));
    auto* begin = reinterpret_cast<std::uint8_t*>(output_.data()) + start;
    const auto* end = mqtt::encode_publish_header(publish, kVersion, begin);
    output_.resize(start + static_cast<std::size_t>(end - begin));
    output_.append(as_text(publish.payload));
}

void ClientSession::resend() {
    if (!unacknowledged_) return;
    for (const Unacknowledged& waiting : *unacknowledged_)
        append_publish({.dup = true,
                        .qos = QoS::kAtLeastOnce,
                        .retain = waiting.retain,
                        .topic = waiting.topic,
                        .packet_id = waiting.packet_id,
                        .properties = {},
                        .payload = as_bytes(waiting.payload)});
}

PacketId ClientSession::next_packet_id() {
    const auto in_use = [this](std::uint16_t id) {
        return unacknowledged_ &&
               std::any_of(unacknowledged_->begin(), unacknowledged_->end(),
                           [&](const auto& waiting) { return waiting.packet_id == PacketId{id}; });
    };
    do {
        ++last_packet_id_;
    } while (last_packet_id_ == 0 || in_use(last_packet_id_));
    return PacketId{last_packet_id_};
}

void ClientSession::subscribe(std::span<const std::string> filters, QoS qos) {
    if (filters.empty()) return;
    mqtt::Subscribe packet{.packet_id = next_packet_id(), .properties = {}, .requests = {}};
    for (const std::string& filter : filters)
        packet.requests.push_back({filter, mqtt::SubscriptionOptions{.qos = qos}});
    mqtt::encode(packet, kVersion, output_);
}

void ClientSession::unsubscribe(std::span<const std::string> filters) {
    if (filters.empty()) return;
    mqtt::Unsubscribe packet{.packet_id = next_packet_id(), .properties = {}, .filters = {}};
    packet.filters.assign(filters.begin(), filters.end());
    mqtt::encode(packet, kVersion, output_);
}

void ClientSession::disconnect() {
    mqtt::encode(mqtt::Disconnect{}, kVersion, output_);
}

void ClientSession::sent(std::size_t count) {
    sent_ += static_cast<std::uint32_t>(count);
    if (sent_ < output_.size()) return;
    sent_ = 0;
    output_.clear();
    if (output_.capacity() > kOutputKeptBytes) output_ = {};
}

}  // namespace dray::link
