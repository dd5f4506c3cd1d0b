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

// `path`: "listener." for the lists within each [[listener]].
template <typename Owner>
void print_lists(std::string& text, Owner& owner, const std::string& path) {
    for_each_list(owner, [&]<typename Entry>(std::string_view name, std::vector<Entry>& list) {
        const std::string whole_name = path + std::string(name);
        for (Entry& entry : list) {
            text += "[[" + whole_name + "]]\n";
            for (const auto& row : rows<Entry>()) text += assignment(row.key.name, row.slot(entry));
            text += '\n';
            print_lists(text, entry, whole_name + '.');
        }
    });
}

}  // namespace

std::string print_config(const ConfigLoader& loader) {
    Config config = loader.config();
    Config defaults;
    std::string text;
    std::string_view section;
    for (const auto& row : rows<Config>()) {
        const std::size_t dot = row.key.name.find('.');
        const std::string_view its_section = dot == std::string_view::npos ? "" : row.key.name.substr(0, dot);
        if (its_section != section) text += '[' + std::string(section = its_section) + "]\n";
        text += describe(row.key, row.slot(config), row.slot(defaults),
                         loader.source_of(std::string(row.key.name)));
        text += assignment(row.key.name.substr(dot + 1), row.slot(config)) + '\n';
    }
    print_lists(text, config, "");
    return text;
}

}  // namespace dray::app
