#include "services/common/settings.h"

#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <set>

namespace dray::service {
namespace {

// store.http -> DRAY__STORE__HTTP
std::string environment_name(const std::string& key) {
    std::string name = "DRAY__";
    for (const char c : key) {
        if (c == '.') {
            name += "__";
        } else {
            name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        }
    }
    return name;
}

// store.public_ws -> --public-ws
std::string option_name(const std::string& key) {
    std::string name = key.substr(key.find('.') + 1);
    std::replace(name.begin(), name.end(), '_', '-');
    return "--" + name;
}

std::string as_text(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    return {};
}

std::string where(const std::filesystem::path& file, const toml::node& node) {
    return file.string() + ":" + std::to_string(node.source().begin.line);
}

bool parse_integer(const std::string& text, std::int64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Settings Settings::load(const std::string& program, const std::string& description,
                        const std::vector<Key>& keys, int argc, const char* const* argv) {
    CLI::App app(description, program);
    std::string file;
    app.add_option("--config", file, "TOML file; environment and command line override it");
    std::map<std::string, std::string> given;
    for (const auto& key : keys) {
        std::string help = key.help;
        if (!key.default_value.empty()) help += " [" + key.default_value + "]";
        help += " (" + environment_name(key.name) + ")";
        app.add_option(option_name(key.name), given[key.name], help);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp& call) {
        std::exit(app.exit(call));
    } catch (const CLI::ParseError& error) {
        throw SettingsError(std::string(error.what()) + " (see " + program + " --help)");
    }

    Settings settings;
    for (const auto& key : keys) settings.values_[key.name] = {key.default_value, "default"};
    if (!file.empty()) settings.read_file(file, keys);
    settings.read_environment(keys);
    for (const auto& key : keys) {
        if (app.count(option_name(key.name)) > 0) {
            settings.set(key, {given[key.name], option_name(key.name)});
        }
    }
    return settings;
}

void Settings::read_file(const std::filesystem::path& file, const std::vector<Key>& keys) {
    toml::table table;
    try {
        table = toml::parse_file(file.string());
    } catch (const toml::parse_error& error) {
        throw SettingsError(file.string() + ":" + std::to_string(error.source().begin.line) + ": " +
                            std::string(error.description()));
    }
    std::set<std::string> own_tables;
    for (const auto& key : keys) {
        if (const auto dot = key.name.find('.'); dot != std::string::npos) {
            own_tables.insert(key.name.substr(0, dot));
        }
    }
    const auto take = [&](const std::string& name, const toml::node& node) {
        const auto key = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == name; });
        if (key == keys.end()) throw SettingsError(where(file, node) + ": unknown key " + name);
        if (!node.is_value())
            throw SettingsError(where(file, node) + ": " + name + " must be a single value");
        set(*key, {as_text(node), where(file, node)});
    };
    for (const auto& [name, node] : table) {
        const std::string key(name.str());
        if (const auto* section = node.as_table()) {
            if (!own_tables.contains(key)) continue;  // another service's
            for (const auto& [inner, value] : *section) take(key + "." + std::string(inner.str()), value);
        } else {
            take(key, node);
        }
    }
}

void Settings::read_environment(const std::vector<Key>& keys) {
    for (const auto& key : keys) {
        const auto name = environment_name(key.name);
        if (const char* value = std::getenv(name.c_str())) set(key, {value, "environment " + name});
    }
}

void Settings::set(const Key& key, Value value) {
    if (key.kind == Key::Kind::kInteger) {
        std::int64_t number = 0;
        if (!parse_integer(value.text, number)) {
            throw SettingsError(value.origin + ": " + key.name + " must be a whole number, not \"" +
                                value.text + "\"");
        }
        if (number < key.min || number > key.max) {
            throw SettingsError(value.origin + ": " + key.name + " must be from " + std::to_string(key.min) +
                                " to " + std::to_string(key.max) + ", not " + value.text);
        }
    }
    values_[key.name] = std::move(value);
}

const std::string& Settings::text(const std::string& name) const {
    return values_.at(name).text;
}

const std::string& Settings::origin(const std::string& name) const {
    return values_.at(name).origin;
}

std::int64_t Settings::integer(const std::string& name) const {
    std::int64_t number = 0;
    parse_integer(text(name), number);  // checked when it was set
    return number;
}

std::vector<Key> common_keys() {
    return {
        {.name = "broker", .default_value = "mqtt://127.0.0.1:1883", .help = "the MQTT broker"},
        {.name = "data_dir",
         .default_value = "",
         .help = "folder of the database (SQLite); without it nothing is kept on disk"},
        {.name = "database",
         .default_value = "",
         .help = "postgresql://user:password@host/name instead: instances share it from anywhere"},
        {.name = "map", .default_value = "", .help = "folder with zips.json [beside the program]"},
        {.name = "client_id",
         .default_value = "",
         .help = "MQTT client id, another one for each instance [the program's name]"},
        {.name = "consume",
         .default_value = "subscription",
         .help = "how events come: subscription, shared ($share) or queue ($queue and $stream)"},
        {.name = "metrics", .default_value = "", .help = "address of /metrics and /healthz; empty: none"},
        {.name = "telemetry.otlp_endpoint",
         .default_value = "",
         .help =
             "http://host:port of an OpenTelemetry collector that gets the spans of orders (OTLP/HTTP JSON); "
             "empty: OTEL_EXPORTER_OTLP_ENDPOINT, or none"},
        {.name = "log_level", .default_value = "info", .help = "debug, info, warn or error"},
    };
}

}  // namespace dray::service
