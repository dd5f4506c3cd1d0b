#include "shard/answers.h"

#include "mqtt/encode.h"
#include "shard/ack_durability.h"
#include "shard/connections.h"
#include "shard/core.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

template <typename Kind>
constexpr bool kCarriesProperties = requires(Kind packet) {
    packet.properties;
};

// Where the client wants words [MQTT-5.0 3.1.2-29].
bool may_explain(const Link& link, const mqtt::Packet& packet) {
    if (!link.is_v5()) return false;
    return link.wants_problem_information || std::holds_alternative<mqtt::Connack>(packet) ||
           std::holds_alternative<mqtt::Disconnect>(packet);
}

bool fits(const Link& link, const mqtt::Packet& packet) {
    if (link.packet_bytes_max == 0) return true;
    std::string bytes;
    mqtt::encode(packet, link.outbox.version(), bytes);
    return bytes.size() <= link.packet_bytes_max;
}

mqtt::Packet long_form(mqtt::PacketType type, const mqtt::Acknowledgement& fields) {
    switch (type) {
        case mqtt::PacketType::kPuback:
            return mqtt::Puback{fields};
        case mqtt::PacketType::kPubrec:
            return mqtt::Pubrec{fields};
        case mqtt::PacketType::kPubrel:
            return mqtt::Pubrel{fields};
        default:
            return mqtt::Pubcomp{fields};
    }
}

}  // namespace

void mark_for_flush(Core& core, Link& link) {
    if (link.flush_listed) return;
    link.flush_listed = true;
    core.effects.flushes.push_back(link.id);
}

void send(Core& core, Link& link, const mqtt::Packet& packet) {
    if (!fits(link, packet)) {
        if (std::holds_alternative<mqtt::Disconnect>(packet)) return;
        return close_link(core, link, mqtt::ReasonCode::kPacketTooLarge,
                          "the answer is larger than the Maximum Packet Size of the client");
    }
    ++core.statistics.control_sent;
    link.outbox.push(packet);
    mark_for_flush(core, link);
}

void send(Core& core, Link& link, const mqtt::Packet& packet, const char* why) {
    const bool with_durability = link.wants_durability && tells_durability(packet);
    if ((*why == '\0' && !with_durability) || !may_explain(link, packet)) return send(core, link, packet);
    mqtt::PropertyList words;
    mqtt::Packet explained = packet;
    const auto add_words = [&](auto& body) {
        if constexpr (kCarriesProperties<decltype(body)>) {
            for (const mqtt::Property& property : body.properties) words.add(property);
            if (*why != '\0') words.add(mqtt::PropertyId::kReasonString, why);
            if (with_durability) add_durability(core, words);
            body.properties = words.view();
        }
    };
    std::visit(add_words, explained);
    send(core, link, fits(link, explained) ? explained : packet);
}

void send_short(Core& core, Link& link, mqtt::PacketType type, mqtt::PacketId packet_id,
                mqtt::ReasonCode reason, const char* why) {
    if (core.traces.is_on()) [[unlikely]]
        trace_acknowledges(core, link, type, packet_id, reason, why);
    if (link.is_v5() && (*why != '\0' || link.wants_durability)) {
        return send(core, link, long_form(type, {packet_id, reason, {}}), why);
    }
    ++core.statistics.control_sent;
    const mqtt::ShortAcknowledgement bytes = mqtt::encode_short_acknowledgement(type, packet_id);
    if (reason == mqtt::ReasonCode::kSuccess || !link.is_v5()) {
        link.outbox.push_short(as_text(bytes.bytes));
    } else {
        const char with_reason[] = {static_cast<char>(bytes.bytes[0]), 3, static_cast<char>(bytes.bytes[2]),
                                    static_cast<char>(bytes.bytes[3]), static_cast<char>(reason)};
        link.outbox.push_short({with_reason, sizeof with_reason});
    }
    mark_for_flush(core, link);
}

}  // namespace dray::shard
