#include "mqtt/property_rules.h"

#include <array>
#include <initializer_list>

namespace dray::mqtt {
namespace {

constexpr std::size_t kIdCount = 43;
using Rules = std::array<PropertyRule, kIdCount>;

constexpr std::uint16_t in(std::initializer_list<PacketType> types) {
    unsigned bits = 0;
    for (const PacketType type : types) bits |= static_cast<unsigned>(place_of(type));
    return static_cast<std::uint16_t>(bits);
}

constexpr std::uint16_t kEverywhere = 0xffff;
constexpr std::uint16_t kConnect = in({PacketType::kConnect});
constexpr std::uint16_t kConnack = in({PacketType::kConnack});
constexpr std::uint16_t kPublish = in({PacketType::kPublish});
constexpr std::uint16_t kWill = static_cast<std::uint16_t>(kWillPlace);
constexpr std::uint16_t kMessage = kPublish | kWill;
constexpr std::uint16_t kBothConnects = kConnect | kConnack;
constexpr std::uint16_t kAuthenticating = kBothConnects | in({PacketType::kAuth});
constexpr std::uint16_t kAnswers = in({PacketType::kConnack, PacketType::kPuback, PacketType::kPubrec,
                                       PacketType::kPubrel, PacketType::kPubcomp, PacketType::kSuback,
                                       PacketType::kUnsuback, PacketType::kDisconnect, PacketType::kAuth});

constexpr PropertyRule flag(std::uint16_t places) {
    return {PropertyType::kByte, places, 0, 1};
}
constexpr PropertyRule two_bytes(std::uint16_t places, std::uint32_t smallest) {
    return {PropertyType::kTwoByteInteger, places, smallest, 0xffff};
}
constexpr PropertyRule four_bytes(std::uint16_t places, std::uint32_t smallest = 0) {
    return {PropertyType::kFourByteInteger, places, smallest};
}
constexpr PropertyRule text(std::uint16_t places) {
    return {PropertyType::kText, places};
}
constexpr PropertyRule binary(std::uint16_t places) {
    return {PropertyType::kBinary, places};
}

constexpr Rules make_rules() {
    Rules rules{};
    const auto set = [&rules](PropertyId id, PropertyRule rule) {
        rules[static_cast<std::size_t>(id)] = rule;
    };
    set(PropertyId::kPayloadFormatIndicator, flag(kMessage));
    set(PropertyId::kMessageExpiryInterval, four_bytes(kMessage));
    set(PropertyId::kContentType, text(kMessage));
    set(PropertyId::kResponseTopic, text(kMessage));
    set(PropertyId::kCorrelationData, binary(kMessage));
    set(PropertyId::kSubscriptionIdentifier,
        {PropertyType::kVariableByteInteger, kPublish | in({PacketType::kSubscribe}), 1, 268'435'455});
    set(PropertyId::kSessionExpiryInterval, four_bytes(kBothConnects | in({PacketType::kDisconnect})));
    set(PropertyId::kAssignedClientIdentifier, text(kConnack));
    set(PropertyId::kServerKeepAlive, two_bytes(kConnack, 0));
    set(PropertyId::kAuthenticationMethod, text(kAuthenticating));
    set(PropertyId::kAuthenticationData, binary(kAuthenticating));
    set(PropertyId::kRequestProblemInformation, flag(kConnect));
    set(PropertyId::kWillDelayInterval, four_bytes(kWill));
    set(PropertyId::kRequestResponseInformation, flag(kConnect));
    set(PropertyId::kResponseInformation, text(kConnack));
    set(PropertyId::kServerReference, text(kConnack | in({PacketType::kDisconnect})));
    set(PropertyId::kReasonString, text(kAnswers));
    set(PropertyId::kReceiveMaximum, two_bytes(kBothConnects, 1));
    set(PropertyId::kTopicAliasMaximum, two_bytes(kBothConnects, 0));
    set(PropertyId::kTopicAlias, two_bytes(kPublish, 1));
    set(PropertyId::kMaximumQoS, flag(kConnack));
    set(PropertyId::kRetainAvailable, flag(kConnack));
    set(PropertyId::kUserProperty, {PropertyType::kPair, kEverywhere});
    set(PropertyId::kMaximumPacketSize, four_bytes(kBothConnects, 1));
    set(PropertyId::kWildcardSubscriptionAvailable, flag(kConnack));
    set(PropertyId::kSubscriptionIdentifierAvailable, flag(kConnack));
    set(PropertyId::kSharedSubscriptionAvailable, flag(kConnack));
    return rules;
}

constexpr Rules kRules = make_rules();

}  // namespace

PropertyRule property_rule(std::uint32_t id) {
    return id < kRules.size() ? kRules[id] : PropertyRule{};
}

}  // namespace dray::mqtt
