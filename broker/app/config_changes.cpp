#include "app/config_changes.h"

#include <algorithm>
#include <array>

#include "app/config_table.h"

namespace dray::app {

namespace {

constexpr std::array<std::string_view, 2> kSections = {"auth.", "access"};
constexpr std::array<std::string_view, 4> kOfListeners = {"certificate_file", "private_key_file",
                                                          "client_ca_file", "ciphers"};

template <typename Owner>
void compare(Owner& before, Owner& after, const std::string& prefix, std::vector<std::string>& changed) {
    for (const auto& row : rows<Owner>()) {
        if (show(row.slot(before)) != show(row.slot(after)))
            changed.push_back(prefix + std::string(row.key.name));
    }
    for_each_list(before, [&]<typename Entry>(std::string_view name, std::vector<Entry>& entries) {
        const std::string list = prefix + std::string(name);
        std::vector<Entry>* others = nullptr;
        for_each_list(after, [&]<typename Other>(std::string_view other_name, std::vector<Other>& other) {
            if constexpr (std::is_same_v<Entry, Other>) {
                if (other_name == name) others = &other;
            }
        });
        if (others->size() != entries.size()) return changed.push_back(list);
        for (std::size_t i = 0; i < entries.size(); ++i)
            compare(entries[i], (*others)[i], list + '.' + std::to_string(i) + '.', changed);
    });
}

// Those without TLS have no use for the certificate of all.
std::vector<ListenerConfig> listeners_of(const Config& config) {
    std::vector<ListenerConfig> all = config.listeners();
    for (ListenerConfig& listener : all) {
        if (!net::is_tls(listener.kind)) listener.tls.certificate = {};
    }
    return all;
}

}  // namespace

std::vector<std::string> changed_keys(Config before, Config after) {
    std::vector<std::string> changed;
    compare(before, after, "", changed);
    return changed;
}

std::vector<ListenerChange> listener_changes(const Config& before, const Config& after) {
    using Kind = ListenerChange::Kind;
    std::vector<ListenerChange> changes;
    std::vector<ListenerConfig> old_ones = listeners_of(before);
    for (ListenerConfig& next : listeners_of(after)) {
        const auto old = std::ranges::find(old_ones, next.bind, &ListenerConfig::bind);
        if (old == old_ones.end()) {
            changes.push_back({Kind::kBegins, next.bind, {}, true});
            continue;
        }
        ListenerChange change{Kind::kChanges, next.bind, {}, false};
        compare(*old, next, "", change.keys);
        change.needs_restart = !std::ranges::all_of(
            change.keys, [](const std::string& key) { return can_change_while_running("listener." + key); });
        if (!change.keys.empty()) changes.push_back(std::move(change));
        old_ones.erase(old);
    }
    for (const ListenerConfig& old : old_ones) changes.push_back({Kind::kEnds, old.bind, {}, true});
    return changes;
}

bool can_change_while_running(std::string_view key) {
    const auto begins_it = [key](std::string_view section) { return key.starts_with(section); };
    const auto ends_it = [key](std::string_view name) { return key.ends_with(name); };
    if (std::ranges::any_of(kSections, begins_it)) return true;
    if (!key.starts_with("listener")) return false;
    return std::ranges::any_of(kOfListeners, ends_it) || key.find(".certificates") != std::string_view::npos;
}

}  // namespace dray::app
