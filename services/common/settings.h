// The configuration of one service: a table of keys, each with one home in every place it may come from.
//
//   key            TOML file                environment            command line
//   broker         broker = "…"             DRAY__BROKER           --broker …
//   store.http     [store] http = "…"       DRAY__STORE__HTTP      --http …
//
// Later columns win. A key that nobody declared, or a value of the wrong kind, is a SettingsError that names
// the file and line, the environment variable or the option it came from. One file can serve all services:
// each reads the top level and its own table, and leaves the tables of the others alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace dray::service {

struct SettingsError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Key {
    enum class Kind { kText, kInteger };
    std::string name;  // "broker" or "store.http"
    std::string default_value;
    std::string help;
    Kind kind = Kind::kText;
    std::int64_t min = 0;  // both ends included; integers only
    std::int64_t max = INT64_MAX;
};

class Settings {
  public:
    // Throws SettingsError. `--help` prints the table and exits.
    static Settings load(const std::string& program, const std::string& description,
                         const std::vector<Key>& keys, int argc, const char* const* argv);

    const std::string& text(const std::string& name) const;
    std::int64_t integer(const std::string& name) const;

    // Where the value came from: "default", "--http", "environment DRAY__STORE__HTTP", "dray.toml:3". For
    // messages.
    const std::string& origin(const std::string& name) const;

  private:
    struct Value {
        std::string text;
        std::string origin;
    };
    void set(const Key& key, Value value);
    void read_file(const std::filesystem::path& file, const std::vector<Key>& keys);
    void read_environment(const std::vector<Key>& keys);

    std::map<std::string, Value> values_;
};

// The keys that every service has: broker, data_dir, database, map, client_id, consume, metrics,
// telemetry.otlp_endpoint, log_level.
std::vector<Key> common_keys();

}  // namespace dray::service
