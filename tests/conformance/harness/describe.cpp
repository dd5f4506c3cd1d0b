#include <fmt/format.h>

#include "harness/packets.h"

namespace dray::conformance {
namespace {

std::string quoted(std::string_view text) {
    constexpr std::size_t kShown = 60;
    std::string result = "\"";
    for (const char c : text.substr(0, kShown)) {
        const auto byte = static_cast<unsigned char>(c);
        result += byte < 0x20 || byte >= 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
    }
    return result + (text.size() > kShown ? fmt::format("\"... ({} bytes)", text.size()) : "\"");
}

std::string reason(ReasonCode code) {
    return fmt::format("0x{:02x}", static_cast<int>(code));
}

std::string properties(const mqtt::Properties& list) {
    std::string result;
    for (const mqtt::Property& property : list) {
        result += fmt::format("{}{}=", result.empty() ? " {" : ", ", static_cast<int>(property.id));
        if (property.id == PropertyId::kUserProperty) {
            result += quoted(property.text) + ":" + quoted(property.value);
        } else if (property.text.empty()) {
            result += std::to_string(property.integer);
        } else {
            result += quoted(property.text);
        }
    }
    return result.empty() ? result : result + "}";
}

int number(mqtt::PacketId id) {
    return static_cast<int>(id);
}

struct Describe {
    std::string operator()(const mqtt::Connect& p) const {
        return fmt::format(
            "CONNECT {} v{} {}{}{}", quoted(p.client_id), static_cast<int>(p.version),
            p.clean_start ? "clean" : "resume",
            p.will ? fmt::format(" will {} {}", p.will->topic, quoted(as_text(p.will->payload))) : "",
            properties(p.properties));
    }
    std::string operator()(const mqtt::Connack& p) const {
        return "CONNACK " + reason(p.reason) + (p.session_present ? " session present" : "") +
               properties(p.properties);
    }
    std::string operator()(const mqtt::Publish& p) const {
        return fmt::format("PUBLISH {} qos {}{}{} id {} {}{}", quoted(p.topic), static_cast<int>(p.qos),
                           p.retain ? " retain" : "", p.dup ? " dup" : "", number(p.packet_id),
                           quoted(as_text(p.payload)), properties(p.properties));
    }
    std::string operator()(const mqtt::Puback& p) const { return acknowledgement("PUBACK", p); }
    std::string operator()(const mqtt::Pubrec& p) const { return acknowledgement("PUBREC", p); }
    std::string operator()(const mqtt::Pubrel& p) const { return acknowledgement("PUBREL", p); }
    std::string operator()(const mqtt::Pubcomp& p) const { return acknowledgement("PUBCOMP", p); }
    std::string operator()(const mqtt::Subscribe& p) const {
        std::string result = fmt::format("SUBSCRIBE id {}", number(p.packet_id));
        for (const auto& request : p.requests) {
            result += fmt::format(" {}:{}", request.filter, static_cast<int>(request.options.qos));
        }
        return result + properties(p.properties);
    }
    std::string operator()(const mqtt::Suback& p) const { return with_reasons("SUBACK", p); }
    std::string operator()(const mqtt::Unsubscribe& p) const {
        std::string result = fmt::format("UNSUBSCRIBE id {}", number(p.packet_id));
        for (const auto& filter : p.filters) result += " " + std::string(filter);
        return result;
    }
    std::string operator()(const mqtt::Unsuback& p) const { return with_reasons("UNSUBACK", p); }
    std::string operator()(const mqtt::Pingreq&) const { return "PINGREQ"; }
    std::string operator()(const mqtt::Pingresp&) const { return "PINGRESP"; }
    std::string operator()(const mqtt::Disconnect& p) const {
        return "DISCONNECT " + reason(p.reason) + properties(p.properties);
    }
    std::string operator()(const mqtt::Auth& p) const {
        return "AUTH " + reason(p.reason) + properties(p.properties);
    }

  private:
    static std::string acknowledgement(const char* name, const mqtt::Acknowledgement& p) {
        return fmt::format("{} id {} {}{}", name, number(p.packet_id), reason(p.reason),
                           properties(p.properties));
    }
    template <typename WithReasons>
    static std::string with_reasons(const char* name, const WithReasons& p) {
        std::string result = fmt::format("{} id {}", name, number(p.packet_id));
        for (const ReasonCode code : p.reasons) result += " " + reason(code);
        return result + properties(p.properties);
    }
};

}  // namespace

std::string describe(const mqtt::Packet& packet) {
    return std::visit(Describe{}, packet);
}

}  // namespace dray::conformance
