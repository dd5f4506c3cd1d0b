#include "program/scenario_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace dray::program {

std::string ScenarioTable::where(const toml::source_region& region) const {
    return fmt::format("{}:{}:{}: ", file_, region.begin.line, region.begin.column);
}

std::string ScenarioTable::full_name(std::string_view key) const {
    return name_.empty() ? fmt::format("'{}'", key) : fmt::format("'{}' of {}", key, name_);
}

void ScenarioTable::refuse(std::string_view key, const std::string& why) const {
    const toml::node* node = table_.get(key);
    throw std::runtime_error(where(node ? node->source() : table_.source()) + full_name(key) + ' ' + why);
}

void ScenarioTable::require(std::string_view key) const {
    refuse(key, "is missing");
}

const toml::node* ScenarioTable::find(std::string_view key) {
    known_.emplace_back(key);
    return table_.get(key);
}

void ScenarioTable::take(std::string_view key, std::string& value) {
    const toml::node* node = find(key);
    if (!node) return;
    const auto* text = node->as_string();
    if (!text) refuse(key, "must be text in quotes");
    value = text->get();
}

void ScenarioTable::take(std::string_view key, std::vector<std::string>& value) {
    const toml::node* node = find(key);
    if (!node) return;
    const auto* list = node->as_array();
    if (!list) refuse(key, "must be a list, for example [\"60614\", \"60657\"]");
    value.clear();
    for (const toml::node& entry : *list) {
        if (!entry.is_string()) refuse(key, "must be a list of texts in quotes");
        value.push_back(entry.as_string()->get());
    }
}

void ScenarioTable::take(std::string_view key, double& value, double low, double high) {
    const toml::node* node = find(key);
    if (!node) return;
    const auto number = node->value<double>();
    if (!number || !node->is_number() || !(*number >= low && *number <= high))
        refuse(key, fmt::format("must be a number from {} to {}", low, high));
    value = *number;
}

void ScenarioTable::take(std::string_view key, std::uint32_t& value, std::uint32_t low, std::uint32_t high) {
    const toml::node* node = find(key);
    if (!node) return;
    const auto* number = node->as_integer();
    if (!number || number->get() < low || number->get() > high)
        refuse(key, fmt::format("must be a whole number from {} to {}", low, high));
    value = static_cast<std::uint32_t>(number->get());
}

void ScenarioTable::take(std::string_view key, std::uint64_t& value) {
    const toml::node* node = find(key);
    if (!node) return;
    const auto* number = node->as_integer();
    if (!number || number->get() < 0) refuse(key, "must be a whole number that is not negative");
    value = static_cast<std::uint64_t>(number->get());
}

void ScenarioTable::take_time_of_day(std::string_view key, double& value) {
    const toml::node* node = find(key);
    if (!node) return;
    const auto* time = node->as_time();
    if (!time) refuse(key, "must be a time of day without quotes, for example 18:30:00");
    const toml::time at = time->get();
    value = at.hour * 3600.0 + at.minute * 60.0 + at.second + at.nanosecond / 1e9;
}

void ScenarioTable::take_table(std::string_view key, const std::function<void(ScenarioTable&)>& read) {
    const toml::node* node = find(key);
    if (!node) return;
    const auto* inner = node->as_table();
    if (!inner) refuse(key, "must be a table");
    ScenarioTable table(file_, full_name(key), *inner);
    read(table);
    table.finish();
}

void ScenarioTable::take_tables(std::string_view key, const std::function<void(ScenarioTable&)>& read) {
    const toml::node* node = find(key);
    if (!node) return;
    const auto* list = node->as_array();
    if (!list) refuse(key, fmt::format("must be a list of tables: write [[{}]]", key));
    for (std::size_t i = 0; i < list->size(); ++i) {
        const auto* inner = list->get(i)->as_table();
        if (!inner) refuse(key, fmt::format("must be a list of tables: write [[{}]]", key));
        ScenarioTable table(file_, fmt::format("{} {}", key, i + 1), *inner);
        read(table);
        table.finish();
    }
}

void ScenarioTable::finish() const {
    for (const auto& [key, node] : table_) {
        if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
        throw std::runtime_error(where(key.source()) + full_name(key.str()) +
                                 fmt::format(" is not known here; known are {}", fmt::join(known_, ", ")));
    }
}

}  // namespace dray::program
