// Reads the JSON object of a request's body field by field, strictly: what is missing keeps its value, what
// is of the wrong kind or out of range, and what nobody asked for, is an error that names the field.
//
//     Fields fields(body);
//     fields.read("exclusive", options.exclusive);
//     fields.read("messages_max", options.messages_max, {.least = 1});
//     if (const auto problem = fields.finish()) …
#pragma once

#include <algorithm>
#include <concepts>
#include <limits>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/problem.h"

namespace dray::admin {

// The numbers that are allowed, both ends included.
struct Range {
    std::uint64_t least = 0;
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};

class Fields {
  public:
    explicit Fields(const std::string& body);  // an empty body is an object without fields
    ~Fields();
    Fields(const Fields&) = delete;
    Fields& operator=(const Fields&) = delete;

    void read(const std::string& name, bool& value);
    void read(const std::string& name, std::string& value);
    void read(const std::string& name, std::vector<std::string>& value);
    void read(const std::string& name, std::vector<std::pair<std::string, std::string>>& value);
    template <std::unsigned_integral Number>
    void read(const std::string& name, Number& value, Range range = {}) {
        range.most = std::min<std::uint64_t>(range.most, std::numeric_limits<Number>::max());
        std::uint64_t wide = value;
        read_number(name, wide, range);
        value = static_cast<Number>(wide);
    }
    // An error of the caller's own finding.
    void fail(const std::string& name, const std::string& detail);
    // The first error, if there is one.
    std::optional<Problem> finish();

  private:
    void read_number(const std::string& name, std::uint64_t& value, Range range);
    // The value of that name, which is not offered again.
    std::unique_ptr<nlohmann::json> take(const std::string& name);

    std::unique_ptr<nlohmann::json> left_;
    std::vector<std::string> known_;
    std::optional<Problem> problem_;
};

}  // namespace dray::admin
