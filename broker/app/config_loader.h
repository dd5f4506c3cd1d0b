// Builds a Config from its sources, each over the one before: file, environment, command line. Finds as many
// errors as there are, each with where it stands and what would be right:
//
//     drayd.toml:7:18: limits.packet_bytes_max: must be a whole number from 64 to 268435460 (bytes)
//     drayd.toml:9:1: unknown key 'limits.queue_byte_max'; did you mean 'limits.queue_bytes_max'?
//     environment DRAY__THREADS: threads: must be a whole number from 0 to 64 (threads)
//
// A file may include others (config_include.h), which add to it: together they are one file. So a key stands
// in one of them only, and their lists ([[listener]], [[queue]] ...) are strung together, its own entries
// first.
//
//     conf.d/b.toml:1:11: threads: stands in drayd.toml:3:11 already
//     conf.d/b.toml:2:12: include: drayd.toml includes itself
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "app/config_table.h"

namespace dray::app {

class ConfigLoader {
  public:
    void read_file(const std::string& path);
    void read_text(std::string_view toml, const std::string& name);
    // Every variable that starts with DRAY__; `__` separates the parts: DRAY__LISTENERS__MQTT,
    // DRAY__LISTENER__0__BIND. `environment` is as `environ`.
    void read_environment(const char* const* environment);
    void set(std::string_view key, std::string_view value, const std::string& where);
    // "key=value"
    void set(std::string_view assignment, const std::string& where);

    // After all sources: what only the whole can show.
    void check_whole();
    // Then: whether the files that it names can be used.
    void check_files();

    const Config& config() const { return config_; }
    const std::vector<std::string>& errors() const { return errors_; }
    // Where a key's value came from; empty: it is the default.
    std::string source_of(const std::string& key) const;

  private:
    friend class TomlWalk;
    using Input = std::variant<Value, std::string_view>;  // from a file; as text

    void take_file(const std::string& path, const std::string& text);
    // What a file's `include` names, for it to add to that file.
    void include(const std::string& including_file, const std::string& pattern, const std::string& where);
    void include_one(const std::string& path, const std::string& where);
    void assign(const std::string& key, const Input& input, const std::string& where);
    // `name` is what of the key is left within that owner.
    template <typename Owner>
    void assign_within(Owner& owner, std::string_view name, const std::string& key, const Input& input,
                       const std::string& where);
    template <typename Entry>
    Entry* at(std::vector<Entry>& list, std::size_t index, const std::string& key, const std::string& where);
    void check_listener(const ListenerConfig& listener);
    void check_admin();
    void check_limits();
    void check_client_tls();
    template <typename Options>
    void check_list(const std::string& list, const std::vector<Options>& entries);
    void store_into(const std::string& name, const Key& key, const Slot& slot, const Input& input,
                    const std::string& where);
    template <typename Owner>
    void unknown(Owner& owner, const std::string& key, const std::string& where);
    void error(const std::string& where, const std::string& what) { errors_.push_back(where + ": " + what); }

    Config config_;
    std::vector<std::string> errors_;
    std::map<std::string, std::string> sources_;
    std::set<std::string> refused_;     // keys whose values were
    std::vector<std::string> reading_;  // files that are being read, each included by the one before
    std::set<std::string> files_;       // all that were, by their one true name
};

// As a TOML file that reads back as the same configuration; each key with what it is, what is allowed, its
// default and where the value came from.
std::string print_config(const ConfigLoader& loader);

}  // namespace dray::app
