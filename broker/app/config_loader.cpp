#include "app/config_loader.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <type_traits>

namespace dray::app {

namespace {

constexpr std::string_view kPrefix = "DRAY__";
constexpr std::string_view kListener = "listener.";
constexpr std::size_t kTablesMax = 4096;  // of one list

template <typename Owner>
std::vector<std::string_view> names_within(Owner& owner) {
    std::vector<std::string_view> names;
    for (const auto& row : rows<Owner>()) names.push_back(row.key.name);
    for_each_list(owner, [&](std::string_view name, const auto&) { names.push_back(name); });
    return names;
}

// DRAY__LIMITS__PACKET_BYTES_MAX -> limits.packet_bytes_max
std::string key_of_variable(std::string_view name) {
    std::string key;
    for (std::size_t i = kPrefix.size(); i < name.size(); ++i) {
        if (name.substr(i).starts_with("__")) {
            key += '.';
            ++i;
        } else {
            key += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
        }
    }
    return key;
}

}  // namespace

std::vector<ListenerConfig> Config::listeners() const {
    std::vector<ListenerConfig> all;
    const auto add = [&](net::ListenerKind kind, const std::string& bind) {
        if (bind.empty()) return;
        ListenerConfig listener;
        listener.kind = kind;
        listener.bind = bind;
        listener.allow_anonymous = allow_anonymous;
        listener.key_prefix = "listeners.";
        all.push_back(std::move(listener));
    };
    add(net::ListenerKind::kMqtt, mqtt_bind);
    add(net::ListenerKind::kWebSocket, ws_bind);
    add(net::ListenerKind::kMqtts, mqtts_bind);
    add(net::ListenerKind::kWss, wss_bind);
    for (std::size_t i = 0; i < more_listeners.size(); ++i) {
        all.push_back(more_listeners[i]);
        all.back().key_prefix = std::string(kListener) + std::to_string(i) + '.';
    }
    for (ListenerConfig& listener : all) {
        net::CertificateFiles& files = listener.tls.certificate;
        if (files.certificate_file.empty() && files.private_key_file.empty()) files = certificate;
        // What is refused on all is refused on each that does not say otherwise; and a balancer of this
        // machine brings clients of any.
        if (!listener.allow_anonymous && (allow_anonymous == false || listener.proxy_protocol))
            listener.allow_anonymous = false;
    }
    return all;
}

std::vector<shard::QueueOptions> Config::all_queues() const {
    std::vector<shard::QueueOptions> all = queues;
    for (const sink::SinkOptions& sink : sinks) {
        if (sink.on_refused != sink::OnRefused::kDeadLetter) continue;
        const std::string name = dead_letter_queue(sink);
        auto queue = std::ranges::find(all, name, &shard::QueueOptions::name);
        if (queue == all.end()) {
            queue = all.emplace(all.end());
            queue->name = name;
        }
        queue->filters.push_back(dead_letter_prefix(sink) + '#');
    }
    return all;
}

void ConfigLoader::read_environment(const char* const* environment) {
    for (; *environment != nullptr; ++environment) {
        const std::string_view entry = *environment;
        if (!entry.starts_with(kPrefix)) continue;
        const std::size_t equals = entry.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view name = entry.substr(0, equals);
        set(key_of_variable(name), entry.substr(equals + 1), "environment " + std::string(name));
    }
}

void ConfigLoader::set(std::string_view key, std::string_view value, const std::string& where) {
    assign(std::string(key), value, where);
}

void ConfigLoader::set(std::string_view assignment, const std::string& where) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos) {
        return error(where, "must be KEY=VALUE, for example limits.packet_bytes_max=65536");
    }
    set(assignment.substr(0, equals), assignment.substr(equals + 1), where);
}

namespace {

// "3.name" -> 3 and "name"
struct Numbered {
    std::size_t index = 0;
    std::string_view rest;
};
std::optional<Numbered> split_number(std::string_view text) {
    Numbered result;
    const char* const end = text.data() + text.size();
    const auto [dot, failure] = std::from_chars(text.data(), end, result.index);
    if (failure != std::errc() || dot == end || *dot != '.') return std::nullopt;
    result.rest = {dot + 1, end};
    return result;
}

// "listener.3.name" within the list "listener" -> 3 and "name"
std::optional<Numbered> split_list(std::string_view list, std::string_view name) {
    if (!name.starts_with(list) || !name.substr(list.size()).starts_with('.')) return std::nullopt;
    return split_number(name.substr(list.size() + 1));
}

}  // namespace

void ConfigLoader::assign(const std::string& key, const Input& input, const std::string& where) {
    assign_within(config_, key, key, input, where);
}

template <typename Owner>
void ConfigLoader::assign_within(Owner& owner, std::string_view name, const std::string& key,
                                 const Input& input, const std::string& where) {
    if (const auto* const row = find_row(rows<Owner>(), name)) {
        return store_into(key, row->key, row->slot(owner), input, where);
    }
    bool is_in_list = false;
    for_each_list(owner, [&](std::string_view list_name, auto& list) {
        const auto numbered = split_list(list_name, name);
        if (!numbered) return;
        is_in_list = true;
        auto* const entry = at(list, numbered->index, key, where);
        if (entry) assign_within(*entry, numbered->rest, key, input, where);
    });
    if (!is_in_list) unknown(owner, key, where);
}

// The one with that index, if need be a new one behind the last.
template <typename Entry>
Entry* ConfigLoader::at(std::vector<Entry>& list, std::size_t index, const std::string& key,
                        const std::string& where) {
    if (index > list.size() || index >= kTablesMax) {
        error(where, key + ": a list is numbered from 0 without gaps, and there are " +
                         std::to_string(list.size()) + " so far");
        return nullptr;
    }
    if (index == list.size()) list.emplace_back();
    return &list[index];
}

void ConfigLoader::store_into(const std::string& name, const Key& key, const Slot& slot, const Input& input,
                              const std::string& where) {
    const auto* const value = std::get_if<Value>(&input);
    const std::string wrong =
        value ? store(key, slot, *value) : store_text(key, slot, std::get<std::string_view>(input));
    if (!wrong.empty()) {
        refused_.insert(name);
        return error(where, name + ": " + wrong);
    }
    sources_[name] = where;
}

template <typename Owner>
void ConfigLoader::unknown(Owner& owner, const std::string& key, const std::string& where) {
    std::string what = "unknown key '" + key + "'";
    const std::vector<std::string_view> names = names_within(owner);
    if constexpr (std::is_same_v<Owner, Config>) {
        const std::string_view meant = nearest_name(names, key);
        if (!meant.empty()) what += "; did you mean '" + std::string(meant) + "'?";
    } else {
        what += "; known there:";
        for (const std::string_view name : names) what += ' ' + std::string(name);
    }
    error(where, what);
}

void ConfigLoader::check_whole() {
    if (config_.redirect != shard::Redirect::kNone && config_.server_reference.empty()) {
        error(source_of("redirect"), "redirect: needs server_reference");
    }
    for (std::size_t i = 0; i < config_.more_listeners.size(); ++i) {
        if (!config_.more_listeners[i].bind.empty()) continue;
        const std::string key = std::string(kListener) + std::to_string(i);
        const std::string where = source_of(key + ".kind");
        error(where.empty() ? "configuration" : where, key + ".bind: is missing");
    }
    check_limits();
    check_list<shard::QueueOptions>("queue", config_.queues);
    check_list<shard::StreamOptions>("stream", config_.streams);
    check_list<auth::AccessRole>("access", config_.access);
    check_list<bridge::BridgeOptions>("bridge", config_.bridges);
    check_list<sink::SinkOptions>("sink", config_.sinks);
    for (std::size_t i = 0; i < config_.bridges.size(); ++i) {
        const std::string key = "bridge." + std::to_string(i) + ".remote_site";
        if (!config_.site.empty() && config_.bridges[i].remote_site == config_.site)
            error(source_of(key), key + ": is this broker's own site");
    }
    const std::vector<ListenerConfig> listeners = config_.listeners();
    for (const ListenerConfig& listener : listeners) check_listener(listener);
    if (listeners.empty())
        error("configuration", "no listener: listeners.mqtt, ws, mqtts and wss are all \"\"");
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (listeners[i].bind != listeners[j].bind || listeners[i].bind.ends_with(":0")) continue;
            error("configuration", "two listeners are bound to \"" + listeners[i].bind + '"');
        }
    }
}

void ConfigLoader::check_limits() {
    const shard::Limits& limits = config_.limits;
    const auto wrong = [this](const std::string& key, const char* what) {
        const std::string where = source_of(key);
        error(where.empty() ? "configuration" : where, key + ": " + what);
    };
    if (limits.login_delay_ms_max < limits.login_delay_ms)
        wrong("limits.login_delay_ms_max", "is less than limits.login_delay_ms");
    const bool has_rate = limits.client_messages_per_s_max > 0 || limits.client_bytes_per_s_max > 0;
    if (limits.client_beyond_rate_ms_max > 0 && !has_rate)
        wrong("limits.client_beyond_rate_ms_max",
              "needs limits.client_messages_per_s_max or client_bytes_per_s_max");
}

// What its keys say of each other.
void ConfigLoader::check_listener(const ListenerConfig& listener) {
    using net::ClientCertificate;
    const bool tls = net::is_tls(listener.kind);
    const bool asks = listener.tls.client_certificate != ClientCertificate::kNone;
    const auto wrong = [&](const char* name, const char* what) {
        std::string where = source_of(listener.key_prefix + name);
        if (where.empty()) where = source_of(listener.key_prefix + "kind");
        error(where.empty() ? "configuration" : where, listener.key_prefix + name + ": " + what);
    };
    if (tls && listener.tls.certificate.certificate_file.empty()) {
        wrong("certificate_file", "is missing: kinds mqtts and wss need one");
    } else if (tls && listener.tls.certificate.private_key_file.empty()) {
        wrong("private_key_file", "is missing: it belongs to the certificate_file");
    }
    const std::string& its_certificate = listener.tls.certificate.certificate_file;
    if (!tls && its_certificate != config_.certificate.certificate_file) {
        wrong("certificate_file", "means nothing here: only kinds mqtts and wss have TLS");
    }
    if (tls && asks && listener.tls.client_ca_file.empty()) {
        wrong("client_ca_file", "is missing: it tells who may have signed the clients' certificates");
    }
    if (asks && !tls && !listener.proxy_protocol) {
        wrong("client_certificate", "needs TLS (kind mqtts or wss), or proxy_protocol, which tells of it");
    }
    if (listener.client_identity != net::ClientIdentity::kNone && !asks) {
        wrong("client_identity", "needs client_certificate = \"optional\" or \"required\"");
    }
    if (listener.client_identity == net::ClientIdentity::kAlternativeName && !tls) {
        wrong("client_identity", "\"san\" needs TLS: proxy_protocol tells only the common name");
    }
    for (std::size_t i = 0; i < listener.tls.more_certificates.size(); ++i) {
        if (!listener.tls.more_certificates[i].name.empty()) continue;
        wrong(("certificates." + std::to_string(i) + ".name").c_str(),
              "is missing: the server name it is shown for");
    }
}

template <typename Options>
void ConfigLoader::check_list(const std::string& list, const std::vector<Options>& entries) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::string prefix = list + '.' + std::to_string(i) + '.';
        const auto wrong = [&](const std::string& option, const std::string& what) {
            std::string where = source_of(prefix + option);
            if (where.empty()) where = source_of(prefix + "name");
            error(where.empty() ? "configuration" : where, prefix + option + ": " + what);
        };
        // What was refused as it was read is not also missing.
        const auto mistake = find_mistake(entries[i]);
        if (mistake && !refused_.contains(prefix + mistake->option)) wrong(mistake->option, mistake->what);
        for (std::size_t j = 0; j < i; ++j) {
            if (entries[i].name == entries[j].name) wrong("name", "two " + list + "s are named so");
        }
    }
}

void ConfigLoader::check_files() {
    check_admin();
    check_client_tls();
    for (const ListenerConfig& listener : config_.listeners()) {
        const net::CertificateFiles& files = listener.tls.certificate;
        // What is not even named was told by check_whole().
        if (!net::is_tls(listener.kind) || files.certificate_file.empty() || files.private_key_file.empty())
            continue;
        const auto loaded = net::TlsContext::load(listener.tls);
        if (loaded) continue;
        std::string key = listener.key_prefix + loaded.error().setting;
        std::string where = source_of(key);
        if (where.empty()) where = source_of(key = "listeners." + loaded.error().setting);
        error(where.empty() ? "configuration" : where, key + ": " + loaded.error().what);
    }
}

void ConfigLoader::check_admin() {
    if (!config_.admin_client_user.empty() && config_.password_file.empty() && config_.jwt_key_file.empty()) {
        error(source_of("admin.client_user"),
              "admin.client_user: needs auth.password_file or auth.jwt_key_file, for without them nobody is "
              "asked who he is");
    }
    if (config_.admin_bind.empty() || !config_.admin_token_file.empty() ||
        !config_.admin_operators_file.empty())
        return;
    const auto address = net::bind_address(config_.admin_bind);
    if (!address || address->is_of_this_machine()) return;  // what cannot be bound is told by whoever binds
    error(source_of("admin.bind"), "admin.bind: other machines can reach " + config_.admin_bind +
                                       ", so it needs admin.token_file or admin.operators_file");
}

void ConfigLoader::check_client_tls() {
    const auto check = [this](const std::string& prefix, const net::ClientTlsSettings& settings) {
        const auto loaded = net::TlsContext::load_client(settings);
        if (loaded) return;
        const std::string key = prefix + loaded.error().setting;
        error(source_of(key), key + ": " + loaded.error().what);
    };
    // Of mistakes check_whole() has told.
    for (std::size_t i = 0; i < config_.bridges.size(); ++i) {
        const bridge::BridgeOptions& options = config_.bridges[i];
        if (options.tls && !find_mistake(options))
            check("bridge." + std::to_string(i) + '.', options.tls_settings);
    }
    for (std::size_t i = 0; i < config_.sinks.size(); ++i) {
        const sink::SinkOptions& options = config_.sinks[i];
        if (speaks_tls(options) && !find_mistake(options))
            check("sink." + std::to_string(i) + '.', options.tls_settings);
    }
}

std::string ConfigLoader::source_of(const std::string& key) const {
    const auto found = sources_.find(key);
    return found == sources_.end() ? "" : found->second;
}

}  // namespace dray::app
