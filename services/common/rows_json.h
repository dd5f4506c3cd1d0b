// Rows of a database as JSON: an array with an object for each row, by the columns' names.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace soci {
class session;
}

namespace dray::service {

// `query` has one parameter.
nlohmann::json rows_to_json(soci::session& sql, const std::string& query, const std::string& parameter);

}  // namespace dray::service
