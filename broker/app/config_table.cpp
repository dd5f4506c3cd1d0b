#include "app/config_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <type_traits>
#include <vector>

#include "net/address.h"
#include "shard/link_id.h"

namespace dray::app {

namespace {

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

constexpr std::array kRows{
    Row<Config>{
        own<&Config::threads>,
        {"threads", "shards, one thread each; 0 = one per processor", "threads", 0, shard::kShardsMax}},
    Row<Config>{own<&Config::data_dir>, {"data_dir", "where state is kept; \"\" = nothing is kept on disk"}},

    Row<Config>{bind<&Config::mqtt_bind>,
                {"listeners.mqtt", "MQTT over TCP; \"\" = none; port 0 lets the system choose"}},
    Row<Config>{bind<&Config::ws_bind>,
                {"listeners.ws", "MQTT over WebSocket, paths /mqtt and /; \"\" = none"}},
    Row<Config>{own<&Config::allow_anonymous>,
                {"listeners.allow_anonymous",
                 "clients without credentials may connect; unset = only on loopback addresses"}},

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
    Row<ListenerConfig>{bind_of_listener, {"bind", "HOST:PORT"}},
    Row<ListenerConfig>{
        of_listener<&ListenerConfig::allow_anonymous>,
        {"allow_anonymous", "clients without credentials may connect; unset = only on loopback addresses"}},
};

// --- words for values ---

template <typename Enum>
struct Word {
    std::string_view word;
    Enum value{};
};
constexpr std::array kWords{Word{"debug", reactor::LogLevel::kDebug}, Word{"info", reactor::LogLevel::kInfo},
                            Word{"warning", reactor::LogLevel::kWarning},
                            Word{"error", reactor::LogLevel::kError}};
constexpr std::array kFormatWords{Word{"human", reactor::LogFormat::kHuman},
                                  Word{"json", reactor::LogFormat::kJson}};
constexpr std::array kKindWords{Word{"mqtt", net::ListenerKind::kMqtt},
                                Word{"ws", net::ListenerKind::kWebSocket}};

const auto& words_of(reactor::LogLevel) {
    return kWords;
}
const auto& words_of(reactor::LogFormat) {
    return kFormatWords;
}
const auto& words_of(net::ListenerKind) {
    return kKindWords;
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
    std::string operator()(BindSlot) const { return "\"HOST:PORT\" or \"\""; }
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
            const auto address = net::HostPort::parse(*text);
            if (!address) return address.error().what;
        }
        *slot.text = *text;
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
    if (std::holds_alternative<std::optional<bool>*>(slot) && (text == "true" || text == "false")) {
        return store(key, slot, text == "true");
    }
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
