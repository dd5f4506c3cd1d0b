// What an HTTP request asks for: path and query, RFC 3986.
//
//     /api/v1/queues/a%20b/messages?count=5   ->   {"api", "v1", "queues", "a b", "messages"}, {"count": "5"}
//
// Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dray::admin {

struct Target {
    std::vector<std::string> path;
    std::map<std::string, std::string> query;
};

// Nothing if it is malformed, or hides a NUL.
std::optional<Target> parse_target(std::string_view text);

}  // namespace dray::admin
