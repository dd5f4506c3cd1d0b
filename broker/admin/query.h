// The part of a target behind '?', read as strictly as the fields of a body.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "admin/problem.h"

namespace dray::admin {

class Query {
  public:
    explicit Query(std::map<std::string, std::string> parameters) : left_(std::move(parameters)) {}

    // What is missing keeps its value.
    void read(const std::string& name, std::uint64_t& value, std::uint64_t most);
    void read(const std::string& name, std::string& value);
    void read(const std::string& name, std::optional<std::string>& value);
    // An error of the caller's own finding.
    void fail(const std::string& name, const std::string& detail);
    // The first error, if there is one.
    std::optional<Problem> finish() const;

  private:
    std::map<std::string, std::string> left_;
    std::optional<Problem> problem_;
};

}  // namespace dray::admin
