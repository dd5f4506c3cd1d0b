// Streams as JSON: their options, which can be read back, and how they are.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "admin/problem.h"
#include "shard/stream_requests.h"

namespace dray::admin {

// Fields that `body` does not have keep their values.
std::optional<Problem> read_stream_options(const std::string& body, shard::StreamOptions& options);

nlohmann::ordered_json stream_json(const shard::StreamInfo& stream);

}  // namespace dray::admin
