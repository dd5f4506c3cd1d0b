// Queues as JSON: their options, which can be read back, and how they are.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "admin/problem.h"
#include "shard/queue_requests.h"

namespace dray::admin {

// Fields that `body` does not have keep their values.
std::optional<Problem> read_queue_options(const std::string& body, shard::QueueOptions& options);
std::optional<Problem> read_redrive(const std::string& body, shard::RedriveQueue& redrive);

nlohmann::ordered_json queue_json(const shard::QueueInfo& queue);
nlohmann::ordered_json queued_message_json(const shard::QueuedMessage& queued, std::size_t payload_bytes_max);

}  // namespace dray::admin
