#include "app/config_loader.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace dray::app {

namespace {

constexpr std::string_view kPrefix = "DRAY__";
constexpr std::string_view kListener = "listener.";
constexpr std::size_t kListenersMax = 64;

std::vector<std::string_view> all_names() {
    std::vector<std::string_view> names;
    for (const auto& row : config_rows()) names.push_back(row.key.name);
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
    if (!mqtt_bind.empty()) all.push_back({net::ListenerKind::kMqtt, mqtt_bind, allow_anonymous});
    if (!ws_bind.empty()) all.push_back({net::ListenerKind::kWebSocket, ws_bind, allow_anonymous});
    all.insert(all.end(), more_listeners.begin(), more_listeners.end());
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

void ConfigLoader::assign(const std::string& key, const Input& input, const std::string& where) {
    if (key.starts_with(kListener)) return assign_to_listener(key, input, where);
    const auto* const row = find_row(config_rows(), key);
    if (!row) return unknown(key, where);
    store_into(key, row->key, row->slot(config_), input, where);
}

// listener.<index>.<name>
void ConfigLoader::assign_to_listener(const std::string& key, const Input& input, const std::string& where) {
    const char* const begin = key.data() + kListener.size();
    const char* const end = key.data() + key.size();
    std::size_t index = 0;
    const auto [dot, failure] = std::from_chars(begin, end, index);
    if (failure != std::errc() || dot == end || *dot != '.') return unknown(key, where);
    const auto* const row = find_row(listener_rows(), std::string_view(dot + 1, end));
    if (!row) return unknown(key, where);
    if (index > config_.more_listeners.size() || index >= kListenersMax) {
        return error(where, key + ": listeners are numbered from 0 without gaps, and there are " +
                                std::to_string(config_.more_listeners.size()) + " so far");
    }
    if (index == config_.more_listeners.size()) config_.more_listeners.emplace_back();
    store_into(key, row->key, row->slot(config_.more_listeners[index]), input, where);
}

void ConfigLoader::store_into(const std::string& name, const Key& key, const Slot& slot, const Input& input,
                              const std::string& where) {
    const auto* const value = std::get_if<Value>(&input);
    const std::string wrong =
        value ? store(key, slot, *value) : store_text(key, slot, std::get<std::string_view>(input));
    if (!wrong.empty()) return error(where, name + ": " + wrong);
    sources_[name] = where;
}

void ConfigLoader::unknown(const std::string& key, const std::string& where) {
    std::string what = "unknown key '" + key + "'";
    std::string_view meant;
    if (key.starts_with(kListener)) {
        what += "; a listener has kind, bind and allow_anonymous";
    } else if (!(meant = nearest_name(all_names(), key)).empty()) {
        what += "; did you mean '" + std::string(meant) + "'?";
    }
    error(where, what);
}

void ConfigLoader::check_whole() {
    for (std::size_t i = 0; i < config_.more_listeners.size(); ++i) {
        if (!config_.more_listeners[i].bind.empty()) continue;
        const std::string key = std::string(kListener) + std::to_string(i);
        const std::string where = source_of(key + ".kind");
        error(where.empty() ? "configuration" : where, key + ".bind: is missing");
    }
    const std::vector<ListenerConfig> listeners = config_.listeners();
    if (listeners.empty())
        error("configuration", "no listener: listeners.mqtt and listeners.ws are both \"\"");
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (listeners[i].bind != listeners[j].bind || listeners[i].bind.ends_with(":0")) continue;
            error("configuration", "two listeners are bound to \"" + listeners[i].bind + '"');
        }
    }
}

std::string ConfigLoader::source_of(const std::string& key) const {
    const auto found = sources_.find(key);
    return found == sources_.end() ? "" : found->second;
}

}  // namespace dray::app
