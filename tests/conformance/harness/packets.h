// The words of a transcript: connect("c1"), publish("a/b", "hello").qos(1), suback({1}). Each stands for a
// packet to send and, where it may come from a broker, for one to expect.
//
// What an expectation leaves open: the packet identifier of a PUBLISH (unless id() names it), CONNACK
// properties that were not asked about, reason strings, and whether an acknowledged message had subscribers
// (0x00 or 0x10). Everything else must be as written; the properties of a PUBLISH must be exactly those
// named, Message Expiry may have lost two seconds on its way.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mqtt/packet.h"

namespace dray::conformance {

using mqtt::PropertyId;
using mqtt::ProtocolVersion;
using mqtt::ReasonCode;

inline constexpr auto v311 = ProtocolVersion::kV311;
inline constexpr auto v5 = ProtocolVersion::kV5;

// Bytes to send, once the version of the connection is known.
struct Outgoing {
    std::function<std::string(ProtocolVersion)> encode;
};

// What should arrive.
struct Expected {
    std::string text;
    std::function<bool(const mqtt::Packet&, ProtocolVersion)> matches;
};

// One line for people: `PUBLISH a/b qos 1 id 3 "hello"`.
std::string describe(const mqtt::Packet& packet);

class ConnectPacket {
  public:
    explicit ConnectPacket(std::string client_id) : client_id_(std::move(client_id)) {}

    // The session outlives the connection and is resumed: Clean Session 0, or Clean Start 0 and an hour to
    // live.
    ConnectPacket& persistent();
    ConnectPacket& clean(bool value);
    ConnectPacket& keep_alive(std::uint16_t seconds);
    ConnectPacket& will(std::string topic, std::string payload, int qos = 0, bool retain = false);
    ConnectPacket& will_property(PropertyId id, std::uint32_t value);
    ConnectPacket& will_property(PropertyId id, const std::string& value);
    ConnectPacket& will_user_property(const std::string& name, const std::string& value);
    ConnectPacket& user(std::string name, std::string password);
    ConnectPacket& property(PropertyId id, std::uint32_t value);
    ConnectPacket& property(PropertyId id, const std::string& value);
    ConnectPacket& version(ProtocolVersion value);

    std::optional<ProtocolVersion> own_version() const { return version_; }
    operator Outgoing() const;

  private:
    struct Will {
        std::string topic;
        std::string payload;
        int qos;
        bool retain;
        mqtt::PropertyList properties;
    };
    mqtt::Connect packet(ProtocolVersion version) const;

    std::string client_id_;
    bool clean_ = true;
    bool persistent_ = false;
    std::uint16_t keep_alive_s_ = 0;
    std::optional<Will> will_;
    std::optional<std::pair<std::string, std::string>> user_;
    std::optional<ProtocolVersion> version_;
    mqtt::PropertyList properties_;
};

class ConnackPacket {
  public:
    explicit ConnackPacket(ReasonCode reason) : reason_(reason) {}
    ConnackPacket& session_present(bool value = true);
    ConnackPacket& property(PropertyId id, std::uint32_t value);
    ConnackPacket& without(PropertyId id);
    operator Expected() const;

  private:
    ReasonCode reason_;
    bool session_present_ = false;
    std::vector<std::pair<PropertyId, std::uint32_t>> wanted_;
    std::vector<PropertyId> unwanted_;
};

class PublishPacket {
  public:
    PublishPacket(std::string topic, std::string payload)
        : topic_(std::move(topic)), payload_(std::move(payload)) {}
    PublishPacket& qos(int value);
    PublishPacket& retain(bool value = true);
    PublishPacket& dup(bool value = true);
    PublishPacket& id(std::uint16_t value);
    PublishPacket& property(PropertyId id, std::uint32_t value);
    PublishPacket& property(PropertyId id, const std::string& value);
    PublishPacket& user_property(const std::string& name, const std::string& value);

    int qos() const { return qos_; }
    std::uint16_t id() const { return id_.value_or(1); }
    operator Outgoing() const;
    operator Expected() const;

  private:
    mqtt::Publish packet() const;
    bool matches(const mqtt::Packet& got, ProtocolVersion version) const;

    std::string topic_;
    std::string payload_;
    int qos_ = 0;
    bool retain_ = false;
    bool dup_ = false;
    std::optional<std::uint16_t> id_;  // sent as 1 when left open
    mqtt::PropertyList properties_;
};

// PUBACK, PUBREC, PUBREL or PUBCOMP.
class AckPacket {
  public:
    AckPacket(mqtt::PacketType type, std::uint16_t id, ReasonCode reason)
        : type_(type), id_(id), reason_(reason) {}
    operator Outgoing() const;
    operator Expected() const;

  private:
    mqtt::Packet packet() const;
    mqtt::PacketType type_;
    std::uint16_t id_;
    ReasonCode reason_;
};

struct Filter {
    std::string filter;
    int qos = 0;
    mqtt::SubscriptionOptions options{};
};

class SubscribePacket {
  public:
    explicit SubscribePacket(std::vector<Filter> filters) : filters_(std::move(filters)) {}
    SubscribePacket& id(std::uint16_t value);
    // Of the first filter.
    SubscribePacket& no_local();
    SubscribePacket& retain_as_published();
    SubscribePacket& retain_handling(int value);
    SubscribePacket& subscription_id(std::uint32_t value);
    operator Outgoing() const;

  private:
    std::vector<Filter> filters_;
    std::uint16_t id_ = 1;
    mqtt::PropertyList properties_;
};

class UnsubscribePacket {
  public:
    explicit UnsubscribePacket(std::vector<std::string> filters) : filters_(std::move(filters)) {}
    UnsubscribePacket& id(std::uint16_t value);
    operator Outgoing() const;

  private:
    std::vector<std::string> filters_;
    std::uint16_t id_ = 1;
};

class DisconnectPacket {
  public:
    explicit DisconnectPacket(ReasonCode reason) : reason_(reason) {}
    DisconnectPacket& session_expiry(std::uint32_t seconds);
    operator Outgoing() const;
    operator Expected() const;

  private:
    ReasonCode reason_;
    mqtt::PropertyList properties_;
};

inline ConnectPacket connect(std::string client_id) {
    return ConnectPacket(std::move(client_id));
}
inline ConnackPacket connack(ReasonCode reason = ReasonCode::kSuccess) {
    return ConnackPacket(reason);
}
inline PublishPacket publish(std::string topic, std::string payload) {
    return {std::move(topic), std::move(payload)};
}
inline AckPacket puback(std::uint16_t id, ReasonCode reason = ReasonCode::kSuccess) {
    return {mqtt::PacketType::kPuback, id, reason};
}
inline AckPacket pubrec(std::uint16_t id, ReasonCode reason = ReasonCode::kSuccess) {
    return {mqtt::PacketType::kPubrec, id, reason};
}
inline AckPacket pubrel(std::uint16_t id, ReasonCode reason = ReasonCode::kSuccess) {
    return {mqtt::PacketType::kPubrel, id, reason};
}
inline AckPacket pubcomp(std::uint16_t id, ReasonCode reason = ReasonCode::kSuccess) {
    return {mqtt::PacketType::kPubcomp, id, reason};
}
inline SubscribePacket subscribe(std::string filter, int qos = 0) {
    return SubscribePacket({{std::move(filter), qos}});
}
inline SubscribePacket subscribe(std::vector<Filter> filters) {
    return SubscribePacket(std::move(filters));
}
inline UnsubscribePacket unsubscribe(std::vector<std::string> filters) {
    return UnsubscribePacket(std::move(filters));
}
inline DisconnectPacket disconnect(ReasonCode reason = ReasonCode::kSuccess) {
    return DisconnectPacket(reason);
}

// Codes as they are on the wire: granted QoS, 0x80 and above for failure.
Expected suback(const std::vector<int>& codes, std::uint16_t id = 1);
// Before 5.0 an UNSUBACK has no codes and only the identifier counts.
Expected unsuback(const std::vector<int>& codes, std::uint16_t id = 1);
Outgoing pingreq();
Outgoing auth(ReasonCode reason, const std::string& method, const std::string& data);
Expected pingresp();

// Bytes as they are, for what no encoder would write.
Outgoing raw(std::initializer_list<int> bytes);
Outgoing raw(std::string bytes);

}  // namespace dray::conformance
