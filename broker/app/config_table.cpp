#include "app/config_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <type_traits>
#include <vector>

#include "net/address.h"
#include "session/sent_aliases.h"
#include "shard/link_id.h"

namespace dray::app {

namespace {

using net::CertificateFiles;
using net::NamedCertificate;
using net::TlsSettings;

constexpr std::uint64_t k16 = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t k32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMqttPacketMax = 268'435'460;  // the longest that the wire can say

template <auto Member>
Slot own(Config& config) {
    return &(config.*Member);
}
template <auto Member>
Slot bind(Config& config) {
    return BindSlot{&(config.*Member)};
}
template <auto Member>
Slot limit(Config& config) {
    return &(config.limits.*Member);
}
template <auto Member>
Slot of_listener(ListenerConfig& listener) {
    return &(listener.*Member);
}
Slot bind_of_listener(ListenerConfig& listener) {
    return BindSlot{&listener.bind};
}
Slot mode_of_listener(ListenerConfig& listener) {
    return ModeSlot{&listener.socket_mode};
}
template <auto Member>
Slot tls_of_listener(ListenerConfig& listener) {
    return &(listener.tls.*Member);
}
template <auto Member>
Slot file_of_listener(ListenerConfig& listener) {
    return &(listener.tls.certificate.*Member);
}
template <auto Member>
Slot file_of_all(Config& config) {
    return &(config.certificate.*Member);
}
template <auto Member>
Slot file_of_name(net::NamedCertificate& certificate) {
    return &(certificate.files.*Member);
}
Slot name_of_certificate(net::NamedCertificate& certificate) {
    return &certificate.name;
}

constexpr std::array kRows{
    Row<Config>{
        own<&Config::threads>,
        {"threads", "shards, one thread each; 0 = one per processor", "threads", 0, shard::kShardsMax}},
    Row<Config>{own<&Config::data_dir>, {"data_dir", "where state is kept; \"\" = nothing is kept on disk"}},
    Row<Config>{
        own<&Config::durability>,
        {"durability",
         "what an acknowledgement promises when data_dir is set: the message is on the disk (fsync), "
         "with the operating system (os: a loss of power may lose it), or in memory (nothing is kept)"}},

    Row<Config>{
        own<&Config::server_reference>,
        {"server_reference",
         "HOST:PORT of another broker, named to 5.0 clients on shutdown and by redirect; \"\" = none"}},
    Row<Config>{own<&Config::redirect>, {"redirect", "whether new clients are sent to server_reference"}},
    Row<Config>{own<&Config::response_prefix>,
                {"response_prefix",
                 "clients that ask for Response Information get <prefix>/<client id>/; \"\" = none"}},
    Row<Config>{own<&Config::shared_choice>,
                {"shared.choice", "which member of a shared subscription gets the next message"}},
    Row<Config>{own<&Config::password_file>,
                {"auth.password_file",
                 "users and SCRAM-SHA-256 verifiers, as drayd --hash-password prints them; \"\" = none"}},

    Row<Config>{bind<&Config::mqtt_bind>,
                {"listeners.mqtt", "MQTT over TCP; \"\" = none; port 0 lets the system choose"}},
    Row<Config>{bind<&Config::ws_bind>,
                {"listeners.ws", "MQTT over WebSocket, paths /mqtt and /; \"\" = none"}},
    Row<Config>{bind<&Config::mqtts_bind>, {"listeners.mqtts", "MQTT over TLS; \"\" = none"}},
    Row<Config>{bind<&Config::wss_bind>, {"listeners.wss", "MQTT over WebSocket over TLS; \"\" = none"}},
    Row<Config>{own<&Config::allow_anonymous>,
                {"listeners.allow_anonymous",
                 "clients without credentials may connect; unset = only on addresses of this machine"}},
    Row<Config>{file_of_all<&CertificateFiles::certificate_file>,
                {"listeners.certificate_file",
                 "PEM, with those that lead to its authority; read again on SIGHUP, as all certificates"}},
    Row<Config>{file_of_all<&CertificateFiles::private_key_file>,
                {"listeners.private_key_file", "PEM, not encrypted"}},

    Row<Config>{own<&Config::connections_max>,
                {"limits.connections_max", "of all listeners together; 0 = no limit", "connections", 0, k32}},
    Row<Config>{
        limit<&shard::Limits::packet_bytes_max>,
        {"limits.packet_bytes_max", "larger packets close the connection", "bytes", 64, kMqttPacketMax}},
    Row<Config>{limit<&shard::Limits::inflight_messages_max>,
                {"limits.inflight_messages_max", "unacknowledged QoS 1 and 2 messages to one client",
                 "messages", 1, k16}},
    Row<Config>{
        limit<&shard::Limits::receive_messages_max>,
        {"limits.receive_messages_max", "unacknowledged QoS 2 messages from one client", "messages", 1, k16}},
    Row<Config>{limit<&shard::Limits::queue_messages_max>,
                {"limits.queue_messages_max", "waiting for one session", "messages", 1, k32}},
    Row<Config>{limit<&shard::Limits::queue_bytes_max>,
                {"limits.queue_bytes_max", "waiting for one session", "bytes", 1024, 1ULL << 50}},
    Row<Config>{limit<&shard::Limits::outbox_bytes_max>,
                {"limits.outbox_bytes_max",
                 "sent to one client but not yet taken by its socket; QoS 0 beyond is discarded and counted",
                 "bytes", 1024, k32}},
    Row<Config>{limit<&shard::Limits::subscriptions_max>,
                {"limits.subscriptions_max", "of one session", "subscriptions", 1, k32}},
    Row<Config>{limit<&shard::Limits::topic_levels_max>,
                {"limits.topic_levels_max", "of a topic or filter", "levels", 1, k16}},
    Row<Config>{
        limit<&shard::Limits::session_expiry_s_max>,
        {"limits.session_expiry_s_max",
         "a session without its client is kept so long at most; 4294967295 = for ever", "seconds", 0, k32}},
    Row<Config>{limit<&shard::Limits::connect_ms_max>,
                {"limits.connect_ms_max", "from accept to a whole CONNECT", "milliseconds", 100, 600'000}},
    Row<Config>{limit<&shard::Limits::keep_alive_s_max>,
                {"limits.keep_alive_s_max", "longer Keep Alives are cut to this", "seconds", 1, k16}},
    Row<Config>{limit<&shard::Limits::topic_aliases_max>,
                {"limits.topic_aliases_max", "that one client may define", "aliases", 0, k16}},
    Row<Config>{limit<&shard::Limits::topic_aliases_sent_max>,
                {"limits.topic_aliases_sent_max", "that the broker defines to one client that takes them",
                 "aliases", 0, session::SentAliases::kCountMax}},
    Row<Config>{
        limit<&shard::Limits::sys_interval_ms>,
        {"limits.sys_interval_ms", "between two rounds of $SYS; 0 = none", "milliseconds", 0, 3'600'000}},
    Row<Config>{own<&Config::websocket_message_bytes_max>,
                {"limits.websocket_message_bytes_max",
                 "a longer WebSocket message closes the connection (1009)", "bytes", 125, k32}},
    Row<Config>{
        own<&Config::http_header_bytes_max>,
        {"limits.http_header_bytes_max", "of the request that opens a WebSocket", "bytes", 512, 1024 * 1024}},

    Row<Config>{own<&Config::log_level>, {"log.level", "the least that is written"}},
    Row<Config>{own<&Config::log_format>, {"log.format", "for people, or one JSON object a line"}},
};

constexpr std::array kListenerRows{
    Row<ListenerConfig>{of_listener<&ListenerConfig::kind>, {"kind", "what is spoken there"}},
    Row<ListenerConfig>{bind_of_listener, {"bind", "HOST:PORT, or unix:/PATH for a Unix-domain socket"}},
    Row<ListenerConfig>{
        of_listener<&ListenerConfig::allow_anonymous>,
        {"allow_anonymous",
         "clients without credentials may connect; unset = only on addresses of this machine"}},
    Row<ListenerConfig>{file_of_listener<&CertificateFiles::certificate_file>,
                        {"certificate_file", "of kinds mqtts and wss; \"\" = listeners.certificate_file"}},
    Row<ListenerConfig>{file_of_listener<&CertificateFiles::private_key_file>, {"private_key_file", "PEM"}},
    Row<ListenerConfig>{tls_of_listener<&TlsSettings::client_ca_file>,
                        {"client_ca_file", "PEM: who may have signed the clients' certificates"}},
    Row<ListenerConfig>{
        tls_of_listener<&TlsSettings::client_certificate>,
        {"client_certificate", "whether clients show one, here or to the proxy that speaks for them"}},
    Row<ListenerConfig>{of_listener<&ListenerConfig::client_identity>,
                        {"client_identity", "what of that certificate becomes the client's user name"}},
    Row<ListenerConfig>{tls_of_listener<&TlsSettings::least>, {"tls_min", "the least version of TLS"}},
    Row<ListenerConfig>{tls_of_listener<&TlsSettings::ciphers>,
                        {"ciphers", "OpenSSL's list for TLS 1.2; \"\" = its default"}},
    Row<ListenerConfig>{
        of_listener<&ListenerConfig::proxy_protocol>,
        {"proxy_protocol", "every connection begins with a PROXY protocol header, version 2"}},
    Row<ListenerConfig>{
        of_listener<&ListenerConfig::connections_max>,
        {"connections_max", "of this listener; 0 = only limits.connections_max", "connections", 0, k32}},
    Row<ListenerConfig>{
        of_listener<&ListenerConfig::packet_bytes_max>,
        {"packet_bytes_max", "if less than limits.packet_bytes_max; 0 = that", "bytes", 0, kMqttPacketMax}},
    Row<ListenerConfig>{mode_of_listener, {"socket_mode", "permissions of a Unix-domain socket"}},
};

constexpr std::array kCertificateRows{
    Row<NamedCertificate>{name_of_certificate,
                          {"name", "the server name it is shown for; *.example.com too"}},
    Row<NamedCertificate>{file_of_name<&CertificateFiles::certificate_file>, {"certificate_file", "PEM"}},
    Row<NamedCertificate>{file_of_name<&CertificateFiles::private_key_file>, {"private_key_file", "PEM"}},
};

// --- words for values ---

template <typename Enum>
struct Word {
    std::string_view word;
    Enum value{};
};
template <typename Enum>
Word(std::string_view, Enum) -> Word<Enum>;
constexpr std::array kWords{Word{"debug", reactor::LogLevel::kDebug}, Word{"info", reactor::LogLevel::kInfo},
                            Word{"warning", reactor::LogLevel::kWarning},
                            Word{"error", reactor::LogLevel::kError}};
constexpr std::array kDurabilityWords{Word{"fsync", store::Durability::kFsync},
                                      Word{"os", store::Durability::kOs},
                                      Word{"memory", store::Durability::kMemory}};
constexpr std::array kFormatWords{Word{"human", reactor::LogFormat::kHuman},
                                  Word{"json", reactor::LogFormat::kJson}};
constexpr std::array kKindWords{
    Word{"mqtt", net::ListenerKind::kMqtt}, Word{"ws", net::ListenerKind::kWebSocket},
    Word{"mqtts", net::ListenerKind::kMqtts}, Word{"wss", net::ListenerKind::kWss}};
constexpr std::array kCertificateWords{Word{"none", net::ClientCertificate::kNone},
                                       Word{"optional", net::ClientCertificate::kOptional},
                                       Word{"required", net::ClientCertificate::kRequired}};
constexpr std::array kIdentityWords{Word{"none", net::ClientIdentity::kNone},
                                    Word{"cn", net::ClientIdentity::kCommonName},
                                    Word{"san", net::ClientIdentity::kAlternativeName}};
constexpr std::array kTlsWords{Word{"1.2", net::TlsVersion::k12}, Word{"1.3", net::TlsVersion::k13}};
constexpr std::array kRedirectWords{Word{"none", shard::Redirect::kNone},
                                    Word{"use-another-server", shard::Redirect::kUseAnotherServer},
                                    Word{"server-moved", shard::Redirect::kServerMoved}};

constexpr std::array kChoiceWords{Word{"round-robin", shard::SharedChoice::kRoundRobin},
                                  Word{"least-inflight", shard::SharedChoice::kLeastInflight}};

const auto& words_of(shard::SharedChoice) {
    return kChoiceWords;
}
const auto& words_of(shard::Redirect) {
    return kRedirectWords;
}
const auto& words_of(reactor::LogLevel) {
    return kWords;
}
const auto& words_of(store::Durability) {
    return kDurabilityWords;
}
const auto& words_of(reactor::LogFormat) {
    return kFormatWords;
}
const auto& words_of(net::ListenerKind) {
    return kKindWords;
}
const auto& words_of(net::ClientCertificate) {
    return kCertificateWords;
}
const auto& words_of(net::ClientIdentity) {
    return kIdentityWords;
}
const auto& words_of(net::TlsVersion) {
    return kTlsWords;
}

// --- one visitor for each thing that is done with a slot ---

template <typename Enum>
concept Worded = requires(Enum value) {
    words_of(value);
};

struct Allowed {
    const Key& key;
    template <std::integral Number>
    std::string operator()(Number*) const {
        return "a whole number from " + std::to_string(key.least) + " to " + std::to_string(key.most) +
               (key.unit.empty() ? "" : " (" + std::string(key.unit) + ")");
    }
    std::string operator()(std::string*) const { return "a text in quotes"; }
    std::string operator()(BindSlot) const { return "\"HOST:PORT\", \"unix:/PATH\" or \"\""; }
    std::string operator()(ModeSlot) const { return "permissions in quotes, from \"0000\" to \"0777\""; }
    std::string operator()(bool*) const { return "true or false"; }
    std::string operator()(std::optional<bool>*) const { return "true or false"; }
    template <Worded Enum>
    std::string operator()(Enum* slot) const {
        std::string text;
        for (const auto& [word, value] : words_of(*slot)) {
            if (!text.empty()) text += value == words_of(*slot).back().value ? " or " : ", ";
            text += '"' + std::string(word) + '"';
        }
        return text;
    }
};

struct Store {
    const Key& key;
    const Value& value;

    std::string refuse(auto slot) const { return "must be " + Allowed{key}(slot); }
    template <std::integral Number>
    std::string operator()(Number* slot) const {
        const auto* const number = std::get_if<std::int64_t>(&value);
        if (!number || *number < 0) return refuse(slot);
        const auto wide = static_cast<std::uint64_t>(*number);
        if (wide < key.least || wide > key.most) return refuse(slot);
        *slot = static_cast<Number>(wide);
        return {};
    }
    std::string operator()(std::string* slot) const {
        const auto* const text = std::get_if<std::string>(&value);
        if (!text) return refuse(slot);
        *slot = *text;
        return {};
    }
    std::string operator()(BindSlot slot) const {
        const auto* const text = std::get_if<std::string>(&value);
        if (!text) return refuse(slot);
        if (!text->empty()) {
            if (std::string wrong = net::check_bind(*text); !wrong.empty()) return wrong;
        }
        *slot.text = *text;
        return {};
    }
    std::string operator()(ModeSlot slot) const {
        const auto* const text = std::get_if<std::string>(&value);
        std::uint32_t mode = 0;
        if (!text || text->empty()) return refuse(slot);
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), mode, 8);
        if (error != std::errc() || end != text->data() + text->size() || mode > 0777) return refuse(slot);
        *slot.mode = mode;
        return {};
    }
    std::string operator()(bool* slot) const {
        const auto* const truth = std::get_if<bool>(&value);
        if (!truth) return refuse(slot);
        *slot = *truth;
        return {};
    }
    std::string operator()(std::optional<bool>* slot) const {
        const auto* const truth = std::get_if<bool>(&value);
        if (!truth) return refuse(slot);
        *slot = *truth;
        return {};
    }
    template <Worded Enum>
    std::string operator()(Enum* slot) const {
        const auto* const text = std::get_if<std::string>(&value);
        if (!text) return refuse(slot);
        for (const auto& [word, meaning] : words_of(*slot)) {
            if (word != *text) continue;
            *slot = meaning;
            return {};
        }
        return refuse(slot);
    }
};

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') out += '\\';
        out += letter;
    }
    return out + '"';
}

struct Show {
    using Shown = std::optional<std::string>;
    template <std::integral Number>
    Shown operator()(Number* slot) const {
        return std::to_string(*slot);
    }
    Shown operator()(std::string* slot) const { return in_quotes(*slot); }
    Shown operator()(BindSlot slot) const { return in_quotes(*slot.text); }
    Shown operator()(ModeSlot slot) const {
        std::string text = "\"0";
        for (int shift = 6; shift >= 0; shift -= 3)
            text += static_cast<char>('0' + (*slot.mode >> shift & 7));
        return text + '"';
    }
    Shown operator()(bool* slot) const { return *slot ? "true" : "false"; }
    Shown operator()(std::optional<bool>* slot) const {
        if (!*slot) return std::nullopt;
        return **slot ? "true" : "false";
    }
    template <Worded Enum>
    Shown operator()(Enum* slot) const {
        for (const auto& [word, meaning] : words_of(*slot)) {
            if (meaning == *slot) return in_quotes(word);
        }
        return std::nullopt;
    }
};

// Levenshtein's distance.
std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

std::string_view last_part(std::string_view key) {
    return key.substr(key.rfind('.') + 1);  // npos + 1 is 0
}

}  // namespace

std::span<const Row<Config>> config_rows() {
    return kRows;
}

std::span<const Row<ListenerConfig>> listener_rows() {
    return kListenerRows;
}

std::span<const Row<NamedCertificate>> certificate_rows() {
    return kCertificateRows;
}

std::string_view nearest_name(std::span<const std::string_view> names, std::string_view name) {
    std::string_view nearest;
    std::size_t fewest = name.size() / 3 + 2;  // more edits are no typing error
    for (const std::string_view known : names) {
        // The right name in the wrong section is a near miss too.
        const std::size_t edits = last_part(known) == last_part(name) ? 1 : edits_between(known, name);
        if (edits >= fewest) continue;
        fewest = edits;
        nearest = known;
    }
    return nearest;
}

std::string allowed_values(const Key& key, const Slot& slot) {
    return std::visit(Allowed{key}, slot);
}

std::string store(const Key& key, const Slot& slot, const Value& value) {
    return std::visit(Store{key, value}, slot);
}

std::string store_text(const Key& key, const Slot& slot, std::string_view text) {
    const bool is_truth =
        std::holds_alternative<std::optional<bool>*>(slot) || std::holds_alternative<bool*>(slot);
    if (is_truth && (text == "true" || text == "false")) return store(key, slot, text == "true");
    const bool is_number = std::holds_alternative<std::uint16_t*>(slot) ||
                           std::holds_alternative<std::uint32_t*>(slot) ||
                           std::holds_alternative<std::uint64_t*>(slot);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (is_number && error == std::errc() && end == text.data() + text.size())
        return store(key, slot, number);
    return store(key, slot, std::string(text));  // what is no text is refused, and told what is allowed
}

std::optional<std::string> show(const Slot& slot) {
    return std::visit(Show{}, slot);
}

}  // namespace dray::app
