#include "app/config_loader.h"

namespace dray::app {

namespace {

std::string describe(const Key& key, const Slot& slot, const Slot& default_slot, const std::string& source) {
    std::string text = "# " + std::string(key.what) + "\n# " + allowed_values(key, slot) + "; default " +
                       show(default_slot).value_or("unset");
    if (!source.empty()) text += "; from " + source;
    return text + '\n';
}

std::string assignment(std::string_view name, const Slot& slot) {
    const auto value = show(slot);
    // A key that is unset is shown where it would stand.
    return value ? std::string(name) + " = " + *value + '\n' : "# " + std::string(name) + " =\n";
}

}  // namespace

std::string print_config(const ConfigLoader& loader) {
    Config config = loader.config();
    Config defaults;
    std::string text;
    std::string_view section;
    for (const auto& row : config_rows()) {
        const std::size_t dot = row.key.name.find('.');
        const std::string_view its_section = dot == std::string_view::npos ? "" : row.key.name.substr(0, dot);
        if (its_section != section) text += '[' + std::string(section = its_section) + "]\n";
        text += describe(row.key, row.slot(config), row.slot(defaults),
                         loader.source_of(std::string(row.key.name)));
        text += assignment(row.key.name.substr(dot + 1), row.slot(config)) + '\n';
    }
    for (std::size_t i = 0; i < config.more_listeners.size(); ++i) {
        text += "[[listener]]\n";
        for (const auto& row : listener_rows())
            text += assignment(row.key.name, row.slot(config.more_listeners[i]));
        for (auto& certificate : config.more_listeners[i].tls.more_certificates) {
            text += "[[listener.certificates]]\n";
            for (const auto& row : certificate_rows())
                text += assignment(row.key.name, row.slot(certificate));
        }
        text += '\n';
    }
    return text;
}

}  // namespace dray::app
