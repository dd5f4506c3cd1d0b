// The table of all configuration keys: one row tells everything there is to know about a key. The file, the
// environment, the command line, --print-config and error messages all work from it.
//
//     key                        slot (where it lives)     range            unit       what it is
//     limits.packet_bytes_max    config.limits.packet_…    16..268435460    bytes      "larger packets …"
//
// A slot is typed; its type is the key's type. The default is what stands in the slot of a fresh Config.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config.h"

namespace dray::app {

// An address to bind, as text; empty = none.
struct BindSlot {
    std::string* text = nullptr;
};
// Permissions of a file, as octal text: "0660".
struct ModeSlot {
    std::uint32_t* mode = nullptr;
};
using Texts = std::vector<std::string>;
using Slot =
    std::variant<std::uint16_t*, std::uint32_t*, std::uint64_t*, std::string*, Texts*, BindSlot, ModeSlot,
                 bool*, std::optional<bool>*, reactor::PollerKind*, reactor::LogLevel*, reactor::LogFormat*,
                 net::ListenerKind*, net::ClientCertificate*, net::ClientIdentity*, net::TlsVersion*,
                 store::Durability*, shard::Redirect*, shard::SharedChoice*, shard::Overflow*,
                 bridge::Direction*, mqtt::ProtocolVersion*, sink::Kind*, sink::OnRefused*, sink::Sasl*>;

// What is known of a key.
struct Key {
    std::string_view name;  // "section.name"; in the tables of a list the bare name
    std::string_view what;
    std::string_view unit = {};
    std::uint64_t least = 0;  // of numbers
    std::uint64_t most = 0;
};

template <typename Owner>
struct Row {
    Slot (*slot)(Owner&) = nullptr;
    Key key;
};

// The keys of the file itself (Config), and of each table in its lists.
template <typename Owner>
std::span<const Row<Owner>> rows();
template <>
std::span<const Row<Config>> rows();
template <>
std::span<const Row<ListenerConfig>> rows();
template <>
std::span<const Row<net::NamedCertificate>> rows();
template <>
std::span<const Row<shard::QueueOptions>> rows();
template <>
std::span<const Row<shard::StreamOptions>> rows();
template <>
std::span<const Row<auth::AccessRole>> rows();
template <>
std::span<const Row<bridge::BridgeOptions>> rows();
template <>
std::span<const Row<bridge::TopicRule>> rows();
template <>
std::span<const Row<sink::SinkOptions>> rows();

// Limits of what rows say.
inline constexpr std::uint64_t k16 = std::numeric_limits<std::uint16_t>::max();
inline constexpr std::uint64_t k32 = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint64_t kDelayMsMax = 86'400'000;

// The lists of tables within another: [[listener]], [[listener.certificates]], [[bridge.topics]]. Visit:
// void(std::string_view name, std::vector<Entry>& list).
template <typename Owner, typename Visit>
void for_each_list(Owner&, Visit) {}  // has none
template <typename Visit>
void for_each_list(Config& config, Visit visit) {
    visit("listener", config.more_listeners);
    visit("queue", config.queues);
    visit("stream", config.streams);
    visit("access", config.access);
    visit("bridge", config.bridges);
    visit("sink", config.sinks);
}
template <typename Visit>
void for_each_list(ListenerConfig& listener, Visit visit) {
    visit("certificates", listener.tls.more_certificates);
}
template <typename Visit>
void for_each_list(bridge::BridgeOptions& bridge, Visit visit) {
    visit("topics", bridge.topics);
}

template <typename Owner>
const Row<Owner>* find_row(std::span<const Row<Owner>> rows, std::string_view name) {
    for (const auto& row : rows) {
        if (row.key.name == name) return &row;
    }
    return nullptr;
}

// The name that the user may have meant, or nothing.
std::string_view nearest_name(std::span<const std::string_view> names, std::string_view name);

// What may stand there, in words: "a whole number from 1 to 64", "\"human\" or \"json\"".
std::string allowed_values(const Key& key, const Slot& slot);

// A value as it comes from a file; std::monostate is a kind of value that no key has.
using Value = std::variant<std::monostate, std::int64_t, bool, std::string, Texts>;
// Empty if it was stored; else what is wrong with it.
std::string store(const Key& key, const Slot& slot, const Value& value);
// From the environment or the command line, where everything is text; commas separate the texts of a list.
std::string store_text(const Key& key, const Slot& slot, std::string_view text);
// As TOML; nothing if it is unset.
std::optional<std::string> show(const Slot& slot);

}  // namespace dray::app
