#include "admin/fields.h"

#include <nlohmann/json.hpp>

namespace dray::admin {

namespace {}  // namespace

Fields::Fields(const std::string& body) : left_(std::make_unique<nlohmann::json>(nlohmann::json::object())) {
    if (body.empty()) return;
    *left_ = nlohmann::json::parse(body, nullptr, false);
    if (left_->is_discarded()) {
        problem_ = {400, "the body is not JSON"};
    } else if (!left_->is_object()) {
        problem_ = {400, "the body must be a JSON object"};
    }
    if (problem_) *left_ = nlohmann::json::object();
}

Fields::~Fields() = default;

std::unique_ptr<nlohmann::json> Fields::take(const std::string& name) {
    known_.push_back(name);
    const auto found = left_->find(name);
    if (found == left_->end()) return nullptr;
    auto value = std::make_unique<nlohmann::json>(std::move(*found));
    left_->erase(found);
    return value;
}

void Fields::read(const std::string& name, bool& value) {
    const auto given = take(name);
    if (!given) return;
    if (!given->is_boolean()) return fail(name, "must be true or false");
    value = given->get<bool>();
}

void Fields::read(const std::string& name, std::string& value) {
    const auto given = take(name);
    if (!given) return;
    if (!given->is_string()) return fail(name, "must be a text");
    value = given->get<std::string>();
}

void Fields::read(const std::string& name, std::vector<std::string>& value) {
    const auto given = take(name);
    if (!given) return;
    if (!given->is_array()) return fail(name, "must be a list of texts");
    value.clear();
    for (std::size_t i = 0; i < given->size(); ++i) {
        const nlohmann::json& each = (*given)[i];
        if (!each.is_string()) return fail(name + '[' + std::to_string(i) + ']', "must be a text");
        value.push_back(each.get<std::string>());
    }
}

void Fields::read(const std::string& name, std::vector<std::pair<std::string, std::string>>& value) {
    const auto given = take(name);
    if (!given) return;
    if (!given->is_array()) return fail(name, "must be a list of pairs of texts");
    value.clear();
    for (std::size_t i = 0; i < given->size(); ++i) {
        const nlohmann::json& each = (*given)[i];
        if (!each.is_array() || each.size() != 2 || !each[0].is_string() || !each[1].is_string())
            return fail(name + '[' + std::to_string(i) + ']', "must be a pair of texts");
        value.emplace_back(each[0].get<std::string>(), each[1].get<std::string>());
    }
}

void Fields::read_number(const std::string& name, std::uint64_t& value, Range range) {
    const auto given = take(name);
    if (!given) return;
    const bool is_whole = given->is_number_unsigned();
    if (!is_whole || given->get<std::uint64_t>() < range.least || given->get<std::uint64_t>() > range.most) {
        return fail(name, "must be a whole number from " + std::to_string(range.least) + " to " +
                              std::to_string(range.most));
    }
    value = given->get<std::uint64_t>();
}

void Fields::fail(const std::string& name, const std::string& detail) {
    if (!problem_) problem_ = {400, detail, name};
}

std::optional<Problem> Fields::finish() {
    if (!problem_ && !left_->empty()) {
        std::string names;
        for (const std::string& name : known_) names += (names.empty() ? "" : ", ") + name;
        fail(left_->begin().key(),
             names.empty() ? "is unknown: there are no fields here" : "is unknown: the fields are " + names);
    }
    return problem_;
}

}  // namespace dray::admin
