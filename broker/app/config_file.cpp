// The only place that knows toml++.
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "app/config_loader.h"

namespace dray::app {

// Goes through a parsed file and gives every value in it to the loader, by its full name.
class TomlWalk {
  public:
    TomlWalk(ConfigLoader& loader, const std::string& file) : loader_(loader), file_(file) {}

    void table(const toml::table& table, const std::string& prefix) {
        for (const auto& [name, node] : table) {
            const std::string key = prefix + std::string(name.str());
            if (const auto* inner = node.as_table()) {
                section(*inner, key, at(name.source()));
            } else if (const auto* list = node.as_array(); list && key == "listener") {
                each(*list, key, loader_.config_.more_listeners);
            } else if (list && key.starts_with("listener.") && key.ends_with(".certificates")) {
                each(*list, key, loader_.config_.more_listeners.back().tls.more_certificates);
            } else {
                loader_.assign(key, value_of(node), at(node.source()));
            }
        }
    }

  private:
    std::string at(const toml::source_region& region) const {
        return file_ + ':' + std::to_string(region.begin.line) + ':' + std::to_string(region.begin.column);
    }

    // A section that does not exist is one error, not one for each of its keys.
    void section(const toml::table& inner, const std::string& key, const std::string& where) {
        if (find_row(config_rows(), key)) return loader_.assign(key, Value(), where);
        const std::string prefix = key + '.';
        const bool known = std::ranges::any_of(
            config_rows(), [&](const auto& row) { return row.key.name.starts_with(prefix); });
        if (known) return table(inner, prefix);
        if (key == "listener") return loader_.error(where, "'listener' is a list: write [[listener]]");
        std::vector<std::string_view> sections{"listener"};
        for (const auto& row : config_rows()) {
            const std::size_t dot = row.key.name.find('.');
            if (dot != std::string_view::npos) sections.push_back(row.key.name.substr(0, dot));
        }
        const std::string_view meant = nearest_name(sections, key);
        loader_.error(where, "unknown section '" + key + "'" +
                                 (meant.empty() ? "" : "; did you mean '" + std::string(meant) + "'?"));
    }

    // A list of tables; each makes one of `entries`, in order.
    template <typename Entry>
    void each(const toml::array& list, const std::string& key, std::vector<Entry>& entries) {
        for (std::size_t i = 0; i < list.size(); ++i) {
            const auto* const inner = list[i].as_table();
            if (!inner) {
                loader_.error(at(list[i].source()),
                              "'" + key + "' is a list of tables: write [[" + key + "]]");
            } else {
                if (entries.size() <= i) entries.resize(i + 1);
                table(*inner, key + '.' + std::to_string(i) + '.');
            }
        }
    }

    static Value value_of(const toml::node& node) {
        if (const auto* number = node.as_integer()) return number->get();
        if (const auto* truth = node.as_boolean()) return truth->get();
        if (const auto* text = node.as_string()) return text->get();
        return {};
    }

    ConfigLoader& loader_;
    const std::string& file_;
};

void ConfigLoader::read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const bool opened = file.is_open();
    file.peek();  // a folder opens, but cannot be read
    if (!opened || file.bad()) {
        return error(path, "cannot be read: " + std::generic_category().message(opened ? EISDIR : errno));
    }
    std::ostringstream text;
    text << file.rdbuf();
    read_text(text.str(), path);
}

void ConfigLoader::read_text(std::string_view toml, const std::string& name) {
    try {
        const toml::table root = toml::parse(toml);
        TomlWalk(*this, name).table(root, "");
    } catch (const toml::parse_error& failure) {
        const auto& at = failure.source().begin;
        error(name + ':' + std::to_string(at.line) + ':' + std::to_string(at.column),
              "not TOML: " + std::string(failure.description()));
    }
}

}  // namespace dray::app
