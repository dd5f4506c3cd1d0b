#include "admin/query.h"

#include <charconv>

namespace dray::admin {

void Query::read(const std::string& name, std::uint64_t& value, std::uint64_t most) {
    const auto found = left_.find(name);
    if (found == left_.end()) return;
    const std::string& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (!problem_ && (error != std::errc() || end != text.data() + text.size() || value > most)) {
        problem_ = {400, "must be a whole number from 0 to " + std::to_string(most), name};
    }
    left_.erase(found);
}

void Query::read(const std::string& name, std::string& value) {
    std::optional<std::string> given;
    read(name, given);
    if (given) value = std::move(*given);
}

void Query::read(const std::string& name, std::optional<std::string>& value) {
    const auto found = left_.find(name);
    if (found == left_.end()) return;
    value = std::move(found->second);
    left_.erase(found);
}

void Query::fail(const std::string& name, const std::string& detail) {
    if (!problem_) problem_ = {400, detail, name};
}

std::optional<Problem> Query::finish() const {
    if (problem_ || left_.empty()) return problem_;
    return Problem{400, "is unknown here", left_.begin()->first};
}

}  // namespace dray::admin
