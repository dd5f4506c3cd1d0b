// One table of a scenario file, read key by key: each value is checked as it is taken, and in the end no key
// may be left that nobody asked for.
#pragma once

#include <toml++/toml.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dray::program {

class ScenarioTable {
  public:
    // `name` is that of the table, as the user knows it: "group 2", or nothing for the file's top.
    ScenarioTable(std::string file, std::string name, const toml::table& table)
        : file_(std::move(file)), name_(std::move(name)), table_(table) {}

    bool has(std::string_view key) const { return table_.contains(key); }
    // Each leaves `value` as it is when the key is not there, and throws when it is wrong.
    void take(std::string_view key, std::string& value);
    void take(std::string_view key, std::vector<std::string>& value);
    void take(std::string_view key, double& value, double low, double high);
    void take(std::string_view key, std::uint32_t& value, std::uint32_t low, std::uint32_t high);
    void take(std::string_view key, std::uint64_t& value);
    // Seconds since midnight, of a TOML local time.
    void take_time_of_day(std::string_view key, double& value);
    // Calls `read` with the inner table of that name, if there is one.
    void take_table(std::string_view key, const std::function<void(ScenarioTable&)>& read);
    // Calls `read` with each table of the list [[key]].
    void take_tables(std::string_view key, const std::function<void(ScenarioTable&)>& read);
    // Complains of a key that was not asked for.
    void finish() const;

    [[noreturn]] void require(std::string_view key) const;  // complains that it is missing
    [[noreturn]] void refuse(std::string_view key, const std::string& why) const;

  private:
    const toml::node* find(std::string_view key);
    std::string full_name(std::string_view key) const;
    std::string where(const toml::source_region& region) const;

    std::string file_;
    std::string name_;
    const toml::table& table_;
    std::vector<std::string> known_;
};

}  // namespace dray::program
