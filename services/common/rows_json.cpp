#include "services/common/rows_json.h"

#include <soci/soci.h>

#include <nlohmann/json.hpp>

namespace dray::service {
namespace {

using nlohmann::json;

json value(const soci::row& row, std::size_t column) {
    if (row.get_indicator(column) == soci::i_null) return nullptr;
    switch (row.get_properties(column).get_data_type()) {
        case soci::dt_integer:
            return row.get<int>(column);
        case soci::dt_long_long:
            return row.get<long long>(column);
        case soci::dt_double:
            return row.get<double>(column);
        default:
            return row.get<std::string>(column);
    }
}

}  // namespace

json rows_to_json(soci::session& sql, const std::string& query, const std::string& parameter) {
    json list = json::array();
    const soci::rowset<soci::row> rows = (sql.prepare << query, soci::use(parameter));
    for (const auto& row : rows) {
        json object = json::object();
        for (std::size_t i = 0; i < row.size(); ++i) object[row.get_properties(i).get_name()] = value(row, i);
        list.push_back(std::move(object));
    }
    return list;
}

}  // namespace dray::service
