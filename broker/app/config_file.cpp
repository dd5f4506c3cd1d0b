// The only place that knows toml++.
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "app/config_include.h"
#include "app/config_loader.h"

namespace dray::app {

// Goes through a parsed file and gives every value in it to the loader, by its full name.
class TomlWalk {
  public:
    TomlWalk(ConfigLoader& loader, const std::string& file) : loader_(loader), file_(file) {}

    void root(const toml::table& root) {
        table(root, loader_.config_, "", "");
        if (const toml::node* const names = root.get(kInclude)) include(*names);
    }

  private:
    static constexpr std::string_view kInclude = "include";

    void include(const toml::node& names) {
        if (!std::holds_alternative<Texts>(value_of(names)))
            return loader_.error(at(names.source()), "include: must be a list of texts in quotes");
        for (const toml::node& name : *names.as_array())
            loader_.include(file_, name.as_string()->get(), at(name.source()));
    }

    // Another file may have had it.
    void assign_once(const std::string& key, const Value& value, const std::string& where) {
        const std::string before = loader_.source_of(key);
        if (!before.empty()) return loader_.error(where, key + ": stands in " + before + " already");
        loader_.assign(key, value, where);
    }

    std::string at(const toml::source_region& region) const {
        return file_ + ':' + std::to_string(region.begin.line) + ':' + std::to_string(region.begin.column);
    }

    // `prefix` is the owner's part of its keys ("listener.0."), `section` what follows in this table.
    template <typename Owner>
    void table(const toml::table& table, Owner& owner, const std::string& prefix,
               const std::string& section) {
        for (const auto& [its_name, node] : table) {
            const std::string name = section + std::string(its_name.str());
            if (prefix.empty() && name == kInclude) continue;
            const auto* const inner = node.as_table();
            const auto* const list = node.as_array();
            if (inner) {
                inner_table(*inner, owner, prefix, name, at(its_name.source()));
            } else if (!list || !walk_list(*list, owner, prefix, name)) {
                assign_once(prefix + name, value_of(node), at(node.source()));
            }
        }
    }

    // A section that does not exist is one error, not one for each of its keys.
    template <typename Owner>
    void inner_table(const toml::table& inner, Owner& owner, const std::string& prefix,
                     const std::string& name, const std::string& where) {
        if (find_row(rows<Owner>(), name)) return loader_.assign(prefix + name, Value(), where);
        const std::string section = name + '.';
        const bool known = std::ranges::any_of(
            rows<Owner>(), [&](const auto& row) { return row.key.name.starts_with(section); });
        if (known) return table(inner, owner, prefix, section);
        const std::string key = prefix + name;
        std::vector<std::string_view> sections;
        bool is_list = false;
        for_each_list(owner, [&](std::string_view list_name, const auto&) {
            sections.push_back(list_name);
            is_list |= list_name == name;
        });
        if (is_list) return loader_.error(where, "'" + key + "' is a list: write [[" + key + "]]");
        for (const auto& row : rows<Owner>()) {
            const std::size_t dot = row.key.name.find('.');
            if (dot != std::string_view::npos) sections.push_back(row.key.name.substr(0, dot));
        }
        const std::string_view meant = nearest_name(sections, name);
        loader_.error(where, "unknown section '" + key + "'" +
                                 (meant.empty() ? "" : "; did you mean '" + std::string(meant) + "'?"));
    }

    // Whether it is a list of tables. Each makes one entry, in order, behind those of other files.
    template <typename Owner>
    bool walk_list(const toml::array& list, Owner& owner, const std::string& prefix,
                   const std::string& name) {
        bool found = false;
        for_each_list(owner, [&](std::string_view list_name, auto& entries) {
            if (list_name != name) return;
            found = true;
            const std::size_t first = entries.size();
            for (std::size_t i = 0; i < list.size(); ++i) {
                const std::string key = prefix + name;
                const auto* const inner = list[i].as_table();
                if (!inner) {
                    loader_.error(at(list[i].source()),
                                  "'" + key + "' is a list of tables: write [[" + key + "]]");
                    continue;
                }
                if (entries.size() <= first + i) entries.resize(first + i + 1);
                table(*inner, entries[first + i], key + '.' + std::to_string(first + i) + '.', "");
            }
        });
        return found;
    }

    static Value value_of(const toml::node& node) {
        if (const auto* number = node.as_integer()) return number->get();
        if (const auto* truth = node.as_boolean()) return truth->get();
        if (const auto* text = node.as_string()) return text->get();
        if (const auto* list = node.as_array()) return texts_of(*list);
        return {};
    }

    static Value texts_of(const toml::array& list) {
        Texts texts;
        for (const toml::node& node : list) {
            const auto* const text = node.as_string();
            if (!text) return {};
            texts.push_back(text->get());
        }
        return texts;
    }

    ConfigLoader& loader_;
    const std::string& file_;
};

namespace {

using Text = Result<std::string, net::Failure>;
Text read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const bool opened = file.is_open();
    file.peek();  // a folder opens, but cannot be read
    if (!opened || file.bad())
        return net::Failure{"cannot be read: " + std::generic_category().message(opened ? EISDIR : errno)};
    std::ostringstream text;
    text << file.rdbuf();
    return Text(boost::system::in_place_value, text.str());
}

// The same for each way to it.
std::string true_name(const std::string& path) {
    std::error_code error;
    const std::filesystem::path name = std::filesystem::weakly_canonical(path, error);
    return error ? path : name.string();
}

}  // namespace

void ConfigLoader::read_file(const std::string& path) {
    const auto text = read(path);
    if (!text) return error(path, text.error().what);
    take_file(path, *text);
}

void ConfigLoader::take_file(const std::string& path, const std::string& text) {
    const std::string name = true_name(path);
    files_.insert(name);
    reading_.push_back(name);
    read_text(text, path);
    reading_.pop_back();
}

void ConfigLoader::include(const std::string& including_file, const std::string& pattern,
                           const std::string& where) {
    if (reading_.empty()) return error(where, "include: only a file can include others");
    const auto paths = included_files(including_file, pattern);
    if (!paths) return error(where, "include: " + paths.error().what);
    for (const std::string& path : *paths) include_one(path, where);
}

void ConfigLoader::include_one(const std::string& path, const std::string& where) {
    const std::string name = true_name(path);
    if (std::ranges::find(reading_, name) != reading_.end())
        return error(where, "include: " + path + " includes itself");
    if (files_.contains(name)) return error(where, "include: " + path + " is included already");
    const auto text = read(path);
    if (!text) return error(where, "include: " + path + ": " + text.error().what);
    take_file(path, *text);
}

void ConfigLoader::read_text(std::string_view toml, const std::string& name) {
    try {
        const toml::table root = toml::parse(toml);
        TomlWalk(*this, name).root(root);
    } catch (const toml::parse_error& failure) {
        const auto& at = failure.source().begin;
        error(name + ':' + std::to_string(at.line) + ':' + std::to_string(at.column),
              "not TOML: " + std::string(failure.description()));
    }
}

}  // namespace dray::app
