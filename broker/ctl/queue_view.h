// Queues and the messages in them, as the terminal shows them: from the JSON of the admin API.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace dray::ctl {

std::string queue_table(const nlohmann::ordered_json& queues);
// Those that take dead letters: other queues name them, a sink has them, or they have no filters.
nlohmann::ordered_json dead_letter_queues(const nlohmann::ordered_json& queues);
std::string dead_letter_table(const nlohmann::ordered_json& dead_letter_queues);
std::string describe_message(const nlohmann::ordered_json& message);

}  // namespace dray::ctl
