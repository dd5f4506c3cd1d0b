#include "ctl/mosquitto_conf.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "ctl/mosquitto_bridge.h"
#include "ctl/mosquitto_words.h"

namespace dray::ctl {

namespace {

// --- what becomes of a directive ---------------------------------------------------------------------------

enum class Form : std::uint8_t {
    kText,
    kNumber,        // as it is
    kNumberOrMost,  // 0 or less means "no limit": the most that drayd takes
    kNumberOrNone,  // ... for which drayd says 0
    kSecondsAsMs,
    kAge,  // 12h, 14d, 2w, 1m, 1y -> seconds
};

struct Carried {
    std::string_view directive;
    std::string_view key;
    Form form;
    std::uint64_t most = 0;
};

constexpr std::uint64_t k16 = 65'535;
constexpr std::uint64_t k32 = 4'294'967'295;

constexpr Carried kOfBroker[] = {
    {"password_file", "auth.password_file", Form::kText},
    {"acl_file", "auth.acl_file", Form::kText},
    {"max_inflight_messages", "limits.inflight_messages_max", Form::kNumberOrMost, k16},
    {"max_queued_messages", "limits.queue_messages_max", Form::kNumberOrMost, k32},
    {"max_queued_bytes", "limits.queue_bytes_max", Form::kNumberOrMost, 1ULL << 50},
    {"max_packet_size", "limits.packet_bytes_max", Form::kNumberOrMost, 268'435'460},
    {"message_size_limit", "limits.packet_bytes_max", Form::kNumberOrMost, 268'435'460},
    {"memory_limit", "limits.memory_bytes_max", Form::kNumberOrNone},
    {"max_keepalive", "limits.keep_alive_s_max", Form::kNumberOrMost, k16},
    {"max_topic_alias", "limits.topic_aliases_max", Form::kNumber},
    {"persistent_client_expiration", "limits.session_expiry_s_max", Form::kAge},
    {"sys_interval", "limits.sys_interval_ms", Form::kSecondsAsMs},
    {"websockets_headers_size", "limits.http_header_bytes_max", Form::kNumber},
};

constexpr Carried kOfListener[] = {
    {"certfile", "certificate_file", Form::kText},
    {"keyfile", "private_key_file", Form::kText},
    {"cafile", "client_ca_file", Form::kText},
    {"ciphers", "ciphers", Form::kText},
    {"max_connections", "connections_max", Form::kNumberOrNone},
};

constexpr std::string_view kConnection = "connection";  // where a bridge begins

constexpr std::string_view kJournal = "drayd logs to stderr, which the service manager keeps";
constexpr std::string_view kNoPlugin = "plugins are not supported";

constexpr Remark kNotCarried[] = {
    {"pattern", "rules stand in the acl_file"},
    {"include_dir", "is not followed: convert each of its files, and put them together"},
    {"plugin", kNoPlugin},
    {"auth_plugin", kNoPlugin},
    {"psk_file", kNoPsk},
    {"psk_hint", kNoPsk},
    {"use_username_as_clientid", "client ids are what clients say"},
    {"use_subject_as_username", "the common name can be the user name: client_identity = \"cn\""},
    {"clientid_prefixes", "is not there"},
    {"mount_point", "topics are what clients say"},
    {"max_qos", "drayd serves every QoS"},
    {"retain_available", "retained messages are always served"},
    {"queue_qos0_messages", "QoS 0 does not wait for clients that are away"},
    {"upgrade_outgoing_qos", "messages keep their QoS"},
    {"max_inflight_bytes", "limits.inflight_messages_max counts messages"},
    {"capath", "name one file with all authorities as client_ca_file"},
    {"crlfile",
     "lists of revoked certificates are not read: renew the authority, or use short-lived certificates"},
    {"ciphers_tls1.3", "those of TLS 1.3 are OpenSSL's own choice"},
    {"tls_engine", "keys come from files"},
    {"http_dir", "drayd serves no files"},
    {"bind_interface", "name an address in bind instead"},
    {"log_facility", kJournal},
    {"allow_zero_length_clientid", "clients without an id are always given one"},
    {"auto_id_prefix", "ids that drayd gives have no prefix of yours"},
    {"check_retain_source", "is not there"},
};

// Whose purpose drayd fulfils without being told.
constexpr std::string_view kNeedless[] = {
    "autosave_interval",
    "autosave_on_changes",
    "persistence_file",
    "pid_file",
    "user",
    "set_tcp_nodelay",
    "socket_domain",
    "log_timestamp",
    "connection_messages",
    "log_timestamp_format",
    "websockets_log_level",
    "dhparamfile",
    "per_listener_settings",
    "tls_keyform",
};

// --- values ---------------------------------------------------------------------------------------------
std::optional<std::uint64_t> age_seconds(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto count = number(text.substr(0, text.size() - 1));
    if (!count || *count < 0) return std::nullopt;
    constexpr std::uint64_t kDay = 86'400;
    const std::map<char, std::uint64_t> seconds{
        {'h', 3600}, {'d', kDay}, {'w', 7 * kDay}, {'m', 30 * kDay}, {'y', 365 * kDay}};
    const auto unit = seconds.find(text.back());
    if (unit == seconds.end()) return std::nullopt;
    return std::min(static_cast<std::uint64_t>(*count) * unit->second, k32);
}

// As TOML; nothing if it cannot be understood.
std::optional<std::string> value_of(const Carried& carried, std::string_view text) {
    if (carried.form == Form::kText) return in_quotes(text);
    if (carried.form == Form::kAge) {
        const auto seconds = age_seconds(text);
        return seconds ? std::optional(std::to_string(*seconds)) : std::nullopt;
    }
    const auto count = number(text);
    if (!count) return std::nullopt;
    switch (carried.form) {
        case Form::kNumberOrMost:
            return std::to_string(*count <= 0 ? carried.most : static_cast<std::uint64_t>(*count));
        case Form::kSecondsAsMs:
            return std::to_string(*count * 1000);
        default:
            return std::to_string(std::max<std::int64_t>(*count, 0));
    }
}

// --- the conversion
// --------------------------------------------------------------------------------------------

using Keys = std::vector<std::pair<std::string, std::string>>;

void set(Keys& keys, std::string_view key, std::string value) {
    const auto found = std::ranges::find(keys, key, &Keys::value_type::first);
    if (found == keys.end()) {
        keys.emplace_back(key, std::move(value));
    } else {
        found->second = std::move(value);
    }
}

struct Listener {
    std::string bind;
    bool is_websocket = false;
    bool has_tls = false;
    bool asks_for_certificate = false;
    bool takes_identity = false;
    std::optional<bool> allow_anonymous;
    Keys keys;
};

class Converter {
  public:
    Conversion convert(std::string_view text) {
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size());
            ++line_;
            take(trimmed(text.substr(0, end)));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        finish_bridges();
        return {toml(), std::move(remarks_)};
    }

  private:
    void take(std::string_view line) {
        if (line.empty() || line.front() == '#') return;
        const auto [directive, value] = split_word(line);
        directive_ = directive;
        if (take_structure(value) || take_of_bridge(value) || take_special(value) || take_carried(value))
            return;
        if (std::ranges::find(kNeedless, directive) != std::end(kNeedless)) return;
        const auto* const known = std::ranges::find(kNotCarried, directive, &Remark::directive);
        remark(known == std::end(kNotCarried) ? "is not known to drayctl" : known->what);
    }

    // What begins something new.
    bool take_structure(std::string_view value) {
        if (directive_ == "listener") {
            const auto [port, host] = split_word(value);
            listeners_.emplace_back();
            listeners_.back().bind = address(host, port);
        } else if (directive_ == kConnection) {
            bridges_.push_back({line_, MosquittoBridge(value)});
        } else if (directive_ == "port") {
            port_ = value;
        } else if (directive_ == "bind_address") {
            host_ = value;
        } else {
            return false;
        }
        return true;
    }

    bool take_of_bridge(std::string_view value) {
        if (!MosquittoBridge::has(directive_)) return false;
        const std::string what = bridges_.empty() ? "stands above the `connection` that it is of"
                                                  : bridges_.back().bridge.take(directive_, value);
        if (!what.empty()) remark(what);
        return true;
    }

    void finish_bridges() {
        for (BridgeAt& each : bridges_) {
            if (std::string what = each.bridge.finish(); !what.empty())
                remarks_.push_back({each.line, std::string(kConnection), std::move(what)});
        }
        std::ranges::stable_sort(remarks_, {}, &ConversionRemark::line);
    }

    bool take_special(std::string_view value) {
        const bool on = value == "true";
        if (directive_ == "allow_anonymous") {
            (per_listener_ && !listeners_.empty() ? listeners_.back().allow_anonymous : allow_anonymous_) =
                on;
        } else if (directive_ == "per_listener_settings") {
            per_listener_ = on;
        } else if (directive_ == "protocol") {
            listener().is_websocket = value == "websockets";
        } else if (directive_ == "require_certificate") {
            listener().asks_for_certificate = on;
        } else if (directive_ == "use_identity_as_username") {
            listener().takes_identity = on;
        } else if (directive_ == "tls_version") {
            if (value == "tlsv1.3") set(listener().keys, "tls_min", in_quotes("1.3"));
        } else if (directive_ == "persistence") {
            keeps_ = on;
        } else if (directive_ == "persistence_location") {
            data_dir_ = value;
        } else if (directive_ == "log_type") {
            take_log_type(value);
        } else if (directive_ == "log_dest") {
            if (value != "stderr" && value != "stdout") remark(kJournal);
        } else {
            return false;
        }
        return true;
    }

    bool take_carried(std::string_view value) {
        if (const auto* of_listener = std::ranges::find(kOfListener, directive_, &Carried::directive);
            of_listener != std::end(kOfListener)) {
            if (const auto text = understood(*of_listener, value))
                set(listener().keys, of_listener->key, *text);
            if (directive_ == "certfile") listener().has_tls = true;
            return true;
        }
        const auto* const of_broker = std::ranges::find(kOfBroker, directive_, &Carried::directive);
        if (of_broker == std::end(kOfBroker)) return false;
        if (const auto text = understood(*of_broker, value)) set(keys_, of_broker->key, *text);
        if (directive_ == "message_size_limit")
            remark("became limits.packet_bytes_max, which counts the whole packet");
        return true;
    }

    std::optional<std::string> understood(const Carried& carried, std::string_view value) {
        auto text = value_of(carried, value);
        if (!text) remark("'" + std::string(value) + "' is not understood");
        return text;
    }

    void take_log_type(std::string_view value) {
        const std::map<std::string_view, int> levels{{"error", 0},       {"warning", 1},   {"notice", 2},
                                                     {"information", 2}, {"subscribe", 2}, {"unsubscribe", 2},
                                                     {"websockets", 2},  {"internal", 3},  {"debug", 3},
                                                     {"all", 3},         {"none", 0}};
        const auto found = levels.find(value);
        if (found == levels.end()) return remark("'" + std::string(value) + "' is not understood");
        log_level_ = std::max(log_level_.value_or(0), found->second);
    }

    // The one that the directives are of: the last, or the one that port and bind_address make.
    Listener& listener() { return listeners_.empty() ? default_listener_ : listeners_.back(); }

    std::string address(std::string_view host, std::string_view port) {
        if (port == "0") return "unix:" + std::string(host);
        if (!number(port)) remark("'" + std::string(port) + "' is no port");
        if (host.empty()) host = "0.0.0.0";
        const bool is_v6 = host.find(':') != std::string_view::npos;
        return (is_v6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" + std::string(port);
    }

    void remark(std::string_view what) {
        remarks_.push_back({line_, std::string(directive_), std::string(what)});
    }

    std::string toml() {
        std::vector<Listener> all = std::move(listeners_);
        const bool is_local = all.empty() && port_.empty();
        if (is_local || !port_.empty()) {
            if (!host_.empty() || !is_local)
                default_listener_.bind = address(host_, is_local ? "1883" : port_);
            // Without any listener mosquitto, too, serves its machine only, and everybody there.
            if (default_listener_.bind.empty()) default_listener_.bind = "127.0.0.1:1883";
            if (is_local) default_listener_.allow_anonymous = allow_anonymous_.value_or(true);
            all.insert(all.begin(), std::move(default_listener_));
        }
        std::string text = "# From a mosquitto.conf.\n";
        text += "data_dir = " + in_quotes(keeps_ ? (data_dir_.empty() ? "/var/lib/dray" : data_dir_) : "") +
                "\n\n";
        text += "[listeners]\nmqtt = \"\"\nws = \"\"\n";
        if (log_level_) {
            constexpr const char* kLevels[] = {"error", "warning", "info", "debug"};
            set(keys_, "log.level", in_quotes(kLevels[*log_level_]));
        }
        text += sections();
        for (const Listener& each : all) text += describe(each);
        for (const BridgeAt& each : bridges_) text += each.bridge.toml();
        return text;
    }

    // "limits.…" under [limits], in the order in which they came.
    std::string sections() const {
        std::map<std::string, std::string> sections;
        for (const auto& [key, value] : keys_) {
            const auto dot = key.find('.');
            sections[key.substr(0, dot)] += key.substr(dot + 1) + " = " + value + '\n';
        }
        std::string text;
        for (const auto& [name, lines] : sections) text += "\n[" + name + "]\n" + lines;
        return text;
    }

    std::string describe(const Listener& each) const {
        constexpr const char* kKinds[2][2] = {{"mqtt", "mqtts"}, {"ws", "wss"}};
        std::string text = "\n[[listener]]\nkind = " + in_quotes(kKinds[each.is_websocket][each.has_tls]);
        text += "\nbind = " + in_quotes(each.bind);
        const bool anonymous = each.allow_anonymous.value_or(allow_anonymous_.value_or(false));
        text += std::string("\nallow_anonymous = ") + (anonymous ? "true" : "false") + '\n';
        for (const auto& [key, value] : each.keys) {
            // Where nobody is asked for a certificate, mosquitto's authorities are those of the broker
            // itself.
            if (key != "client_ca_file" || each.asks_for_certificate) text += key + " = " + value + '\n';
        }
        if (each.asks_for_certificate) text += "client_certificate = \"required\"\n";
        if (each.takes_identity && each.asks_for_certificate) text += "client_identity = \"cn\"\n";
        return text;
    }

    std::size_t line_ = 0;
    std::string_view directive_;
    std::vector<ConversionRemark> remarks_;

    struct BridgeAt {
        std::size_t line;
        MosquittoBridge bridge;
    };
    std::vector<BridgeAt> bridges_;
    std::vector<Listener> listeners_;
    Listener default_listener_;
    std::string_view port_;
    std::string_view host_;
    std::optional<bool> allow_anonymous_;
    bool per_listener_ = false;
    bool keeps_ = false;
    std::string_view data_dir_;
    std::optional<int> log_level_;
    Keys keys_;
};

}  // namespace

Conversion convert_mosquitto_conf(std::string_view text) {
    return Converter().convert(text);
}

}  // namespace dray::ctl
