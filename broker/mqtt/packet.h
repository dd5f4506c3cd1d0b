// The control packets of MQTT 3.1 (MQIsdp), 3.1.1 and 5.0: one set of types for all versions, chapter 3 of
// either specification.
//
// Everything that varies in length is a view: of the bytes that were decoded, or of what the caller wants
// encoded. A decoded packet therefore lives no longer than the buffer it was read from. Before 5.0
// `properties` is empty and reason codes are those of 5.0 that mean the same; encode.h writes what the
// version knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/byte_view.h"
#include "mqtt/properties.h"
#include "mqtt/reason_code.h"

namespace dray::mqtt {

enum class ProtocolVersion : std::uint8_t { kV31 = 3, kV311 = 4, kV5 = 5 };

enum class QoS : std::uint8_t { kAtMostOnce = 0, kAtLeastOnce = 1, kExactlyOnce = 2 };

enum class PacketType : std::uint8_t {
    kConnect = 1,
    kConnack = 2,
    kPublish = 3,
    kPuback = 4,
    kPubrec = 5,
    kPubrel = 6,
    kPubcomp = 7,
    kSubscribe = 8,
    kSuback = 9,
    kUnsubscribe = 10,
    kUnsuback = 11,
    kPingreq = 12,
    kPingresp = 13,
    kDisconnect = 14,
    kAuth = 15,
};

// Never 0 in a decoded packet that has one [MQTT-3.1.1 2.3.1-1], [MQTT-5.0 2.2.1-3].
enum class PacketId : std::uint16_t {};

struct Will {
    std::string_view topic;
    ByteView payload;
    QoS qos = QoS::kAtMostOnce;
    bool retain = false;
    Properties properties;
};

struct Connect {
    ProtocolVersion version = ProtocolVersion::kV5;
    bool clean_start = true;  // Clean Session before 5.0
    std::uint16_t keep_alive_s = 0;
    std::string_view client_id;
    Properties properties;
    std::optional<Will> will;
    std::optional<std::string_view> user_name;
    std::optional<ByteView> password;
};

struct Connack {
    bool session_present = false;
    ReasonCode reason = ReasonCode::kSuccess;
    Properties properties;
};

struct Publish {
    bool dup = false;
    QoS qos = QoS::kAtMostOnce;
    bool retain = false;
    std::string_view topic;
    PacketId packet_id{};  // 0 at QoS 0
    Properties properties;
    ByteView payload;
};

// PUBACK, PUBREC, PUBREL and PUBCOMP carry the same fields; the type says which it is.
struct Acknowledgement {
    PacketId packet_id{};
    ReasonCode reason = ReasonCode::kSuccess;
    Properties properties;
};
struct Puback : Acknowledgement {};
struct Pubrec : Acknowledgement {};
struct Pubrel : Acknowledgement {};
struct Pubcomp : Acknowledgement {};

enum class RetainHandling : std::uint8_t { kSend = 0, kSendIfNew = 1, kDoNotSend = 2 };

// Subscription Options, MQTT 5.0 section 3.8.3.1; before 5.0 only qos is on the wire.
struct SubscriptionOptions {
    QoS qos = QoS::kAtMostOnce;
    bool no_local = false;
    bool retain_as_published = false;
    RetainHandling retain_handling = RetainHandling::kSend;

    friend bool operator==(const SubscriptionOptions&, const SubscriptionOptions&) = default;
};

struct SubscriptionRequest {
    std::string_view filter;
    SubscriptionOptions options;
};

struct Subscribe {
    PacketId packet_id{};
    Properties properties;
    std::vector<SubscriptionRequest> requests;  // at least one
};

struct Suback {
    PacketId packet_id{};
    Properties properties;
    std::vector<ReasonCode> reasons;  // one a request, in order
};

struct Unsubscribe {
    PacketId packet_id{};
    Properties properties;
    std::vector<std::string_view> filters;  // at least one
};

struct Unsuback {
    PacketId packet_id{};
    Properties properties;
    std::vector<ReasonCode> reasons;  // one a filter, in order; not on the wire before 5.0
};

struct Pingreq {};
struct Pingresp {};

struct Disconnect {
    ReasonCode reason = ReasonCode::kSuccess;
    Properties properties;
};

struct Auth {
    ReasonCode reason = ReasonCode::kSuccess;
    Properties properties;
};

using Packet = std::variant<Connect, Connack, Publish, Puback, Pubrec, Pubrel, Pubcomp, Subscribe, Suback,
                            Unsubscribe, Unsuback, Pingreq, Pingresp, Disconnect, Auth>;

}  // namespace dray::mqtt
