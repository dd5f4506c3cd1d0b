#include "ctl/mosquitto_bridge.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "ctl/mosquitto_words.h"

namespace dray::ctl {

namespace {

using bridge::BridgeOptions;
using bridge::Direction;
using bridge::TopicRule;

constexpr std::string_view kUsualPort = ":1883";
constexpr std::int64_t kSecondsMax = 65'535;

constexpr std::string_view kKeepsSessions = "both brokers keep a session for a bridge, always";
constexpr std::string_view kOfHere = "here a bridge is the client $bridge.<name>, and shows no password";
constexpr std::string_view kTold = "`drayctl status` and dray_bridge_up in /metrics tell whether it is up";
constexpr std::string_view kStarts = "a bridge is always connected";

constexpr Remark kBridgeNotCarried[] = {
    {"cleansession", kKeepsSessions},
    {"local_cleansession", kKeepsSessions},
    {"local_clientid", kOfHere},
    {"local_username", kOfHere},
    {"local_password", kOfHere},
    {"notification_topic", kTold},
    {"notifications_local_only", kTold},
    {"start_type", kStarts},
    {"idle_timeout", kStarts},
    {"threshold", kStarts},
    {"round_robin", "only one address is carried over"},
    {"bridge_capath", "name one file with all authorities as ca_file"},
    {"bridge_insecure", "the name in the other broker's certificate is always looked at"},
    {"bridge_require_ocsp", "is not there"},
    {"bridge_alpn", "is not there"},
    {"bridge_identity", kNoPsk},
    {"bridge_psk", kNoPsk},
    {"bridge_bind_address", "is not there"},
    {"bridge_outgoing_retain", "retained messages stay retained"},
    {"bridge_max_packet_size", "limits.packet_bytes_max is what comes in at the most"},
    {"bridge_tcp_keepalive", "keep_alive_s finds out about silence"},
};

// Whose purpose a bridge fulfils without being told.
constexpr std::string_view kBridgeNeedless[] = {"try_private",
                                                "notifications",
                                                "bridge_attempt_unsubscribe",
                                                "bridge_tls_version",
                                                "bridge_max_topic_alias",
                                                "bridge_receive_maximum",
                                                "bridge_reload_type",
                                                "bridge_session_expiry_interval"};

// Words that may be "": an empty one.
std::string_view next_word(std::string_view& text) {
    const auto [word, rest] = split_word(text);
    text = rest;
    return word == "\"\"" ? std::string_view() : word;
}

std::string line(std::string_view key, std::string_view value) {
    return std::string(key) + " = " + in_quotes(value) + '\n';
}

std::string number_line(std::string_view key, std::uint64_t value) {
    return std::string(key) + " = " + std::to_string(value) + '\n';
}

// Those that are not what they would be anyway.
template <typename Value>
std::string changed(std::string_view key, const Value& value, const Value& usual) {
    if (value == usual) return {};
    if constexpr (std::is_same_v<Value, std::string>) {
        return line(key, value);
    } else {
        return number_line(key, value);
    }
}

std::string describe(const TopicRule& rule) {
    constexpr std::array kDirections{"out", "in", "both"};
    std::string text = "[[bridge.topics]]\n" + line("filter", rule.filter);
    text += line("direction", kDirections.at(static_cast<std::size_t>(rule.direction)));
    text += number_line("qos", rule.qos);
    return text + changed("local_prefix", rule.local_prefix, {}) +
           changed("remote_prefix", rule.remote_prefix, {});
}

}  // namespace

const MosquittoBridge::Carried MosquittoBridge::kCarried[] = {
    {"address", &MosquittoBridge::take_address},
    {"addresses", &MosquittoBridge::take_address},
    {"topic", &MosquittoBridge::take_topic},
    {"bridge_protocol_version", &MosquittoBridge::take_version},
    {"remote_username", &MosquittoBridge::take_user},
    {"username", &MosquittoBridge::take_user},
    {"remote_password", &MosquittoBridge::take_password},
    {"password", &MosquittoBridge::take_password},
    {"remote_clientid", &MosquittoBridge::take_client_id},
    {"clientid", &MosquittoBridge::take_client_id},
    {"keepalive_interval", &MosquittoBridge::take_keep_alive},
    {"restart_timeout", &MosquittoBridge::take_restart_timeout},
    {"bridge_cafile", &MosquittoBridge::take_authority},
    {"bridge_certfile", &MosquittoBridge::take_certificate},
    {"bridge_keyfile", &MosquittoBridge::take_private_key},
    {"bridge_tls_use_os_certs", &MosquittoBridge::take_system_authorities},
};

MosquittoBridge::MosquittoBridge(std::string_view name) {
    options_.name = name;
    options_.version = mqtt::ProtocolVersion::kV311;
}

bool MosquittoBridge::has(std::string_view directive) {
    return std::ranges::find(kCarried, directive, &Carried::directive) != std::end(kCarried) ||
           std::ranges::find(kBridgeNotCarried, directive, &Remark::directive) !=
               std::end(kBridgeNotCarried) ||
           std::ranges::find(kBridgeNeedless, directive) != std::end(kBridgeNeedless);
}

std::string MosquittoBridge::take(std::string_view directive, std::string_view value) {
    const auto* const carried = std::ranges::find(kCarried, directive, &Carried::directive);
    if (carried != std::end(kCarried)) return (this->*carried->take)(value);
    const auto* const known = std::ranges::find(kBridgeNotCarried, directive, &Remark::directive);
    const bool is_usual = value == "false" || (directive == "start_type" && value == "automatic");
    return known == std::end(kBridgeNotCarried) || is_usual ? std::string() : std::string(known->what);
}

std::string MosquittoBridge::take_address(std::string_view value) {
    const auto [first, others] = split_word(value);
    options_.address = first;
    const auto name_ends = first.rfind(']') == std::string_view::npos ? 0 : first.rfind(']');
    if (first.find(':', name_ends) == std::string_view::npos) options_.address += kUsualPort;
    return others.empty() ? "" : "only the first is carried over: let one name stand for several addresses";
}

// topic FILTER [out|in|both [QOS [LOCAL-PREFIX [REMOTE-PREFIX]]]]
std::string MosquittoBridge::take_topic(std::string_view value) {
    const std::map<std::string_view, Direction> directions{
        {"", Direction::kOut}, {"out", Direction::kOut}, {"in", Direction::kIn}, {"both", Direction::kBoth}};
    TopicRule rule;
    rule.filter = next_word(value);
    const std::string_view direction = next_word(value);
    const std::string_view qos = next_word(value);
    rule.local_prefix = next_word(value);
    rule.remote_prefix = next_word(value);
    if (rule.filter.empty())
        return "one topic that has two names is not carried over: a filter stands behind both prefixes";
    const auto known = directions.find(direction);
    if (known == directions.end()) return '\'' + std::string(direction) + "' is not out, in or both";
    rule.direction = known->second;
    rule.qos = static_cast<std::uint16_t>(std::clamp<std::int64_t>(number(qos).value_or(0), 0, 3));

    BridgeOptions with_it;
    with_it.name = "any";
    with_it.address = "any:1";
    with_it.topics = options_.topics;
    with_it.topics.push_back(rule);
    if (const auto mistake = find_mistake(with_it))
        return "is not carried over: " + mistake->option.substr(mistake->option.rfind('.') + 1) + ' ' +
               mistake->what;
    options_.topics.push_back(std::move(rule));
    return {};
}

std::string MosquittoBridge::take_version(std::string_view value) {
    says_version_ = true;
    if (value == "mqttv50") options_.version = mqtt::ProtocolVersion::kV5;
    return value == "mqttv31" ? "3.1 is not spoken there: it became 3.1.1" : "";
}

std::string MosquittoBridge::take_user(std::string_view value) {
    options_.user = value;
    return {};
}

std::string MosquittoBridge::take_password(std::string_view) {
    options_.password_file = "/etc/dray/" + options_.name + ".password";
    return "passwords stand in files: write it to " + options_.password_file +
           ", for the group dray alone to read";
}

std::string MosquittoBridge::take_client_id(std::string_view value) {
    options_.client_id = value;
    return {};
}

std::string MosquittoBridge::take_keep_alive(std::string_view value) {
    const auto seconds = number(value);
    if (!seconds || *seconds < 0 || *seconds > kSecondsMax)
        return '\'' + std::string(value) + "' is not understood";
    options_.keep_alive_s = static_cast<std::uint16_t>(*seconds);
    return {};
}

// restart_timeout BASE CAP, or CONSTANT
std::string MosquittoBridge::take_restart_timeout(std::string_view value) {
    const auto [base, cap] = split_word(value);
    const auto least = number(base);
    const auto most = cap.empty() ? least : number(cap);
    if (!least || !most || *least < 1 || *most < *least || *most > kSecondsMax)
        return '\'' + std::string(value) + "' is not understood";
    options_.retry_ms_min = static_cast<std::uint32_t>(*least * 1000);
    options_.retry_ms_max = static_cast<std::uint32_t>(*most * 1000);
    return {};
}

std::string MosquittoBridge::take_authority(std::string_view value) {
    options_.tls = true;
    options_.tls_settings.ca_file = value;
    return {};
}

std::string MosquittoBridge::take_certificate(std::string_view value) {
    options_.tls_settings.certificate.certificate_file = value;
    return {};
}

std::string MosquittoBridge::take_private_key(std::string_view value) {
    options_.tls_settings.certificate.private_key_file = value;
    return {};
}

std::string MosquittoBridge::take_system_authorities(std::string_view value) {
    if (value == "true") options_.tls = true;
    return {};
}

std::string MosquittoBridge::finish() {
    if (const auto mistake = find_mistake(options_)) return mistake->option + ' ' + mistake->what;
    if (says_version_) return {};
    return "speaks 3.1.1 as mosquitto's do: take that line out if the other broker speaks MQTT 5.0";
}

std::string MosquittoBridge::toml() const {
    const BridgeOptions usual;
    const net::CertificateFiles& shown = options_.tls_settings.certificate;
    std::string text = "\n[[bridge]]\n" + line("name", options_.name) + line("address", options_.address);
    if (options_.version == mqtt::ProtocolVersion::kV311) text += line("version", "3.1.1");
    if (options_.tls) text += "tls = true\n";
    text += changed("ca_file", options_.tls_settings.ca_file, {});
    text += changed("certificate_file", shown.certificate_file, {});
    text += changed("private_key_file", shown.private_key_file, {});
    text += changed("client_id", options_.client_id, {});
    text += changed("user", options_.user, {});
    text += changed("password_file", options_.password_file, {});
    text += changed("keep_alive_s", options_.keep_alive_s, usual.keep_alive_s);
    text += changed("retry_ms_min", options_.retry_ms_min, usual.retry_ms_min);
    text += changed("retry_ms_max", options_.retry_ms_max, usual.retry_ms_max);
    for (const TopicRule& rule : options_.topics) text += describe(rule);
    return text;
}

}  // namespace dray::ctl
