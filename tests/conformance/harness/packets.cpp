#include "harness/packets.h"

#include <algorithm>

#include "mqtt/encode.h"

namespace dray::conformance {
namespace {

std::string encoded(const mqtt::Packet& packet, ProtocolVersion version) {
    std::string bytes;
    mqtt::encode(packet, version, bytes);
    return bytes;
}

mqtt::QoS qos_of(int value) {
    return static_cast<mqtt::QoS>(value);
}

struct OwnedProperty {
    PropertyId id;
    std::uint32_t integer;
    std::string text;
    std::string value;
};

// In the order of their identifiers; those of one identifier stay in the order they came in.
std::vector<OwnedProperty> sorted(const mqtt::Properties& properties) {
    std::vector<OwnedProperty> result;
    for (const mqtt::Property& p : properties) {
        result.push_back({p.id, p.integer, std::string(p.text), std::string(p.value)});
    }
    std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
        if (a.id != b.id) return a.id < b.id;
        return a.id == PropertyId::kSubscriptionIdentifier && a.integer < b.integer;
    });
    return result;
}

bool same(const OwnedProperty& want, const OwnedProperty& got) {
    if (want.id != got.id) return false;
    if (want.id == PropertyId::kMessageExpiryInterval) {
        return got.integer <= want.integer && got.integer + 2 >= want.integer;
    }
    return want.integer == got.integer && want.text == got.text && want.value == got.value;
}

bool same_properties(const mqtt::Properties& want, const mqtt::Properties& got) {
    const auto a = sorted(want);
    const auto b = sorted(got);
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

template <typename WithReasons>
Expected expect_reasons(const std::vector<int>& codes, std::uint16_t id) {
    WithReasons want;
    want.packet_id = mqtt::PacketId{id};
    for (const int code : codes) want.reasons.push_back(static_cast<ReasonCode>(code));
    const auto matches = [want](const mqtt::Packet& packet, ProtocolVersion version) {
        const auto* got = std::get_if<WithReasons>(&packet);
        if (got == nullptr || got->packet_id != want.packet_id) return false;
        if (std::is_same_v<WithReasons, mqtt::Unsuback> && version != v5) return true;
        return got->reasons == want.reasons;
    };
    return {describe(want), matches};
}

}  // namespace

// --- CONNECT -----------------------------------------------------------------------------------------------

ConnectPacket& ConnectPacket::persistent() {
    clean_ = false;
    persistent_ = true;
    return *this;
}
ConnectPacket& ConnectPacket::clean(bool value) {
    clean_ = value;
    return *this;
}
ConnectPacket& ConnectPacket::keep_alive(std::uint16_t seconds) {
    keep_alive_s_ = seconds;
    return *this;
}
ConnectPacket& ConnectPacket::will(std::string topic, std::string payload, int qos, bool retain) {
    will_ = Will{std::move(topic), std::move(payload), qos, retain, {}};
    return *this;
}
ConnectPacket& ConnectPacket::will_property(PropertyId id, std::uint32_t value) {
    will_->properties.add(id, value);
    return *this;
}
ConnectPacket& ConnectPacket::will_property(PropertyId id, const std::string& value) {
    will_->properties.add(id, value);
    return *this;
}
ConnectPacket& ConnectPacket::will_user_property(const std::string& name, const std::string& value) {
    will_->properties.add_user(name, value);
    return *this;
}
ConnectPacket& ConnectPacket::user(std::string name, std::string password) {
    user_ = {std::move(name), std::move(password)};
    return *this;
}
ConnectPacket& ConnectPacket::property(PropertyId id, std::uint32_t value) {
    properties_.add(id, value);
    return *this;
}
ConnectPacket& ConnectPacket::property(PropertyId id, const std::string& value) {
    properties_.add(id, value);
    return *this;
}
ConnectPacket& ConnectPacket::version(ProtocolVersion value) {
    version_ = value;
    return *this;
}

mqtt::Connect ConnectPacket::packet(ProtocolVersion version) const {
    mqtt::Connect packet;
    packet.version = version;
    packet.clean_start = clean_;
    packet.keep_alive_s = keep_alive_s_;
    packet.client_id = client_id_;
    packet.properties = properties_.view();
    if (will_) {
        packet.will = mqtt::Will{will_->topic, as_bytes(will_->payload), qos_of(will_->qos), will_->retain,
                                 will_->properties.view()};
    }
    if (user_) {
        packet.user_name = user_->first;
        packet.password = as_bytes(user_->second);
    }
    return packet;
}

ConnectPacket::operator Outgoing() const {
    return {[connect = *this](ProtocolVersion version) {
        constexpr std::uint32_t kHour = 3600;
        ConnectPacket whole = connect;
        if (whole.persistent_) whole.properties_.add(PropertyId::kSessionExpiryInterval, kHour);
        const ProtocolVersion spoken = whole.version_.value_or(version);
        return encoded(whole.packet(spoken), spoken);
    }};
}

// --- CONNACK -----------------------------------------------------------------------------------------------

ConnackPacket& ConnackPacket::session_present(bool value) {
    session_present_ = value;
    return *this;
}
ConnackPacket& ConnackPacket::property(PropertyId id, std::uint32_t value) {
    wanted_.emplace_back(id, value);
    return *this;
}
ConnackPacket& ConnackPacket::without(PropertyId id) {
    unwanted_.push_back(id);
    return *this;
}

ConnackPacket::operator Expected() const {
    mqtt::PropertyList list;
    for (const auto& [id, value] : wanted_) list.add(id, value);
    mqtt::Connack packet;
    packet.session_present = session_present_;
    packet.reason = reason_;
    packet.properties = list.view();
    return {describe(packet), [want = *this](const mqtt::Packet& got, ProtocolVersion) {
                const auto* connack = std::get_if<mqtt::Connack>(&got);
                if (connack == nullptr || connack->reason != want.reason_) return false;
                if (connack->session_present != want.session_present_) return false;
                const auto has = [&](const auto& w) {
                    return connack->properties.integer(w.first) == w.second;
                };
                const auto lacks = [&](PropertyId id) { return !connack->properties.integer(id); };
                return std::all_of(want.wanted_.begin(), want.wanted_.end(), has) &&
                       std::all_of(want.unwanted_.begin(), want.unwanted_.end(), lacks);
            }};
}

// --- PUBLISH -----------------------------------------------------------------------------------------------

PublishPacket& PublishPacket::qos(int value) {
    qos_ = value;
    return *this;
}
PublishPacket& PublishPacket::retain(bool value) {
    retain_ = value;
    return *this;
}
PublishPacket& PublishPacket::dup(bool value) {
    dup_ = value;
    return *this;
}
PublishPacket& PublishPacket::id(std::uint16_t value) {
    id_ = value;
    return *this;
}
PublishPacket& PublishPacket::property(PropertyId id, std::uint32_t value) {
    properties_.add(id, value);
    return *this;
}
PublishPacket& PublishPacket::property(PropertyId id, const std::string& value) {
    properties_.add(id, value);
    return *this;
}
PublishPacket& PublishPacket::user_property(const std::string& name, const std::string& value) {
    properties_.add_user(name, value);
    return *this;
}

mqtt::Publish PublishPacket::packet() const {
    mqtt::Publish packet;
    packet.dup = dup_;
    packet.qos = qos_of(qos_);
    packet.retain = retain_;
    packet.topic = topic_;
    packet.packet_id = mqtt::PacketId{qos_ == 0 ? std::uint16_t{0} : id()};
    packet.properties = properties_.view();
    packet.payload = as_bytes(payload_);
    return packet;
}

PublishPacket::operator Outgoing() const {
    return {[publish = *this](ProtocolVersion version) { return encoded(publish.packet(), version); }};
}

bool PublishPacket::matches(const mqtt::Packet& packet, ProtocolVersion version) const {
    const auto* got = std::get_if<mqtt::Publish>(&packet);
    if (got == nullptr) return false;
    const mqtt::Publish want = this->packet();
    if (id_ && qos_ > 0 && got->packet_id != want.packet_id) return false;
    if (version == v5 && !same_properties(want.properties, got->properties)) return false;
    return got->topic == want.topic && as_text(got->payload) == as_text(want.payload) &&
           got->qos == want.qos && got->retain == want.retain && got->dup == want.dup;
}

PublishPacket::operator Expected() const {
    std::string text = describe(packet());
    if (!id_ && qos_ > 0) text.replace(text.find(" id 1 "), 6, " id ? ");
    return {text, [want = *this](const mqtt::Packet& got, ProtocolVersion version) {
                return want.matches(got, version);
            }};
}

// --- acknowledgements --------------------------------------------------------------------------------------

mqtt::Packet AckPacket::packet() const {
    mqtt::Acknowledgement ack;
    ack.packet_id = mqtt::PacketId{id_};
    ack.reason = reason_;
    switch (type_) {
        case mqtt::PacketType::kPuback:
            return mqtt::Puback{ack};
        case mqtt::PacketType::kPubrec:
            return mqtt::Pubrec{ack};
        case mqtt::PacketType::kPubrel:
            return mqtt::Pubrel{ack};
        default:
            return mqtt::Pubcomp{ack};
    }
}

AckPacket::operator Outgoing() const {
    return {[packet = packet()](ProtocolVersion version) { return encoded(packet, version); }};
}

AckPacket::operator Expected() const {
    return {describe(packet()), [ack = *this](const mqtt::Packet& got, ProtocolVersion version) {
                const mqtt::Packet want = ack.packet();
                if (got.index() != want.index()) return false;
                const auto fields = [](const auto& p) -> mqtt::Acknowledgement {
                    if constexpr (std::is_base_of_v<mqtt::Acknowledgement, std::decay_t<decltype(p)>>)
                        return p;
                    return {};
                };
                const mqtt::Acknowledgement a = std::visit(fields, want);
                const mqtt::Acknowledgement b = std::visit(fields, got);
                const bool nobody_took_it =
                    a.reason == ReasonCode::kSuccess && b.reason == ReasonCode::kNoMatchingSubscribers;
                return a.packet_id == b.packet_id &&
                       (version != v5 || a.reason == b.reason || nobody_took_it);
            }};
}

// --- SUBSCRIBE, UNSUBSCRIBE and their answers --------------------------------------------------------------

SubscribePacket& SubscribePacket::id(std::uint16_t value) {
    id_ = value;
    return *this;
}
SubscribePacket& SubscribePacket::no_local() {
    filters_.front().options.no_local = true;
    return *this;
}
SubscribePacket& SubscribePacket::retain_as_published() {
    filters_.front().options.retain_as_published = true;
    return *this;
}
SubscribePacket& SubscribePacket::retain_handling(int value) {
    filters_.front().options.retain_handling = static_cast<mqtt::RetainHandling>(value);
    return *this;
}
SubscribePacket& SubscribePacket::subscription_id(std::uint32_t value) {
    properties_.add(PropertyId::kSubscriptionIdentifier, value);
    return *this;
}

SubscribePacket::operator Outgoing() const {
    return {[subscribe = *this](ProtocolVersion version) {
        mqtt::Subscribe packet;
        packet.packet_id = mqtt::PacketId{subscribe.id_};
        packet.properties = subscribe.properties_.view();
        for (const Filter& filter : subscribe.filters_) {
            mqtt::SubscriptionRequest request{filter.filter, filter.options};
            request.options.qos = qos_of(filter.qos);
            packet.requests.push_back(request);
        }
        return encoded(packet, version);
    }};
}

UnsubscribePacket& UnsubscribePacket::id(std::uint16_t value) {
    id_ = value;
    return *this;
}

UnsubscribePacket::operator Outgoing() const {
    return {[unsubscribe = *this](ProtocolVersion version) {
        mqtt::Unsubscribe packet;
        packet.packet_id = mqtt::PacketId{unsubscribe.id_};
        packet.filters.assign(unsubscribe.filters_.begin(), unsubscribe.filters_.end());
        return encoded(packet, version);
    }};
}

Expected suback(const std::vector<int>& codes, std::uint16_t id) {
    return expect_reasons<mqtt::Suback>(codes, id);
}

Expected unsuback(const std::vector<int>& codes, std::uint16_t id) {
    return expect_reasons<mqtt::Unsuback>(codes, id);
}

// --- the rest ----------------------------------------------------------------------------------------------

DisconnectPacket& DisconnectPacket::session_expiry(std::uint32_t seconds) {
    properties_.add(PropertyId::kSessionExpiryInterval, seconds);
    return *this;
}

DisconnectPacket::operator Outgoing() const {
    return {[disconnect = *this](ProtocolVersion version) {
        mqtt::Disconnect packet;
        packet.reason = disconnect.reason_;
        packet.properties = disconnect.properties_.view();
        return encoded(packet, version);
    }};
}

DisconnectPacket::operator Expected() const {
    mqtt::Disconnect packet;
    packet.reason = reason_;
    return {describe(packet), [reason = reason_](const mqtt::Packet& got, ProtocolVersion) {
                const auto* disconnect = std::get_if<mqtt::Disconnect>(&got);
                return disconnect != nullptr && disconnect->reason == reason;
            }};
}

Outgoing auth(ReasonCode reason, const std::string& method, const std::string& data) {
    mqtt::PropertyList properties;
    properties.add(PropertyId::kAuthenticationMethod, method);
    if (!data.empty()) properties.add(PropertyId::kAuthenticationData, data);
    return {[reason, properties](ProtocolVersion version) {
        return encoded(mqtt::Auth{reason, properties.view()}, version);
    }};
}

Outgoing pingreq() {
    return raw({0xc0, 0x00});
}

Expected pingresp() {
    return {"PINGRESP", [](const mqtt::Packet& got, ProtocolVersion) {
                return std::holds_alternative<mqtt::Pingresp>(got);
            }};
}

Outgoing raw(std::initializer_list<int> bytes) {
    std::string text;
    for (const int byte : bytes) text.push_back(static_cast<char>(byte));
    return raw(std::move(text));
}

Outgoing raw(std::string bytes) {
    return {[bytes = std::move(bytes)](ProtocolVersion) { return bytes; }};
}

}  // namespace dray::conformance
