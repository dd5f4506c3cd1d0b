#include "services/logistics/fairness.h"

#include <soci/soci.h>

#include <nlohmann/json.hpp>

namespace dray::logistics {
namespace {

using nlohmann::json;
using service::Transaction;
using soci::into;
using soci::use;

// The smallest wait that `percent` of the orders do not exceed (nearest rank).
long long wait_ms(Transaction& tx, long long orders, long long percent) {
    if (orders == 0) return 0;
    const long long skip = (orders * percent + 99) / 100 - 1;
    long long wait = 0;
    tx.sql() << "SELECT MIN(awarded_at - first_offered_at) AS wait FROM awards GROUP BY order_id "
                "ORDER BY wait LIMIT 1 OFFSET :skip",
        use(skip), into(wait);
    return wait;
}

}  // namespace

double jain_index(const std::vector<std::int64_t>& shares) {
    double sum = 0;
    double squares = 0;
    for (const auto share : shares) {
        const auto x = static_cast<double>(share);
        sum += x;
        squares += x * x;
    }
    return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

json fairness(Transaction& tx) {
    auto per_vehicle = json::object();
    std::vector<std::int64_t> shares;
    std::int64_t awards = 0;
    std::string vehicle;
    long long count = 0;
    soci::statement rows =
        (tx.sql().prepare << "SELECT vehicle_id, SUM(won) FROM (SELECT vehicle_id, 0 AS won FROM vehicles "
                             "UNION ALL SELECT vehicle_id, 1 AS won FROM awards) AS each_one "
                             "GROUP BY vehicle_id ORDER BY vehicle_id",
         into(vehicle), into(count));
    rows.execute();
    while (rows.fetch()) {
        per_vehicle[vehicle] = count;
        shares.push_back(count);
        awards += count;
    }
    long long orders = 0;
    tx.sql() << "SELECT COUNT(DISTINCT order_id) FROM awards", into(orders);
    return {{"vehicles", shares.size()},
            {"awards", awards},
            {"jain_index", jain_index(shares)},
            {"wait_ms", {{"p50", wait_ms(tx, orders, 50)}, {"p95", wait_ms(tx, orders, 95)}}},
            {"awards_per_vehicle", per_vehicle}};
}

}  // namespace dray::logistics
