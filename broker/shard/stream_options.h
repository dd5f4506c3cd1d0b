// How a stream is declared, in the configuration ([[stream]]) or while the broker runs.
//
//     topics that match a filter  ->  stream  ->  readers: whoever subscribes to $stream/<name>/…
//
// Pure values and functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dray::shard {

struct StreamOptions {
    std::string name;
    std::vector<std::string> filters;   // what it takes in; each message once
    std::uint64_t retention_bytes = 0;  // the oldest messages beyond this are removed; 0 = no limit
    std::uint64_t retention_s = 0;      // ... and those that are older than this; 0 = no limit

    friend bool operator==(const StreamOptions&, const StreamOptions&) = default;
};

struct StreamMistake {
    const char* option = "";  // its name in StreamOptions
    std::string what;
};
std::optional<StreamMistake> find_mistake(const StreamOptions& options);

}  // namespace dray::shard
