#include "services/store/order_json.h"

#include <soci/soci.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <vector>

#include "services/store/order_book.h"

namespace dray::store {
namespace {

using nlohmann::json;
using service::Transaction;
using soci::use;

json text_or_null(const soci::row& row, std::size_t column) {
    if (row.get_indicator(column) == soci::i_null) return nullptr;
    return row.get<std::string>(column);
}

json history(Transaction& tx, const std::string& id) {
    json steps = json::array();
    const soci::rowset<soci::row> rows =
        (tx.sql().prepare << "SELECT status, at_ms FROM history WHERE order_id = :id ORDER BY at_ms",
         use(id));
    for (const auto& row : rows) {
        steps.push_back({{"status", row.get<std::string>(0)}, {"at", iso_time(row.get<long long>(1))}});
    }
    return steps;
}

}  // namespace

json items_to_json(const v1::OrderPlaced& order) {
    json items = json::array();
    for (const auto& item : order.items()) {
        items.push_back({{"sku", item.sku()},
                         {"quantity", item.quantity()},
                         {"unit_price_cents", static_cast<std::int64_t>(item.unit_price_cents())}});
    }
    return items;
}

json position_to_json(double latitude, double longitude) {
    return {{"latitude", latitude}, {"longitude", longitude}};
}

std::string iso_time(std::int64_t unix_ms) {
    const std::time_t seconds = unix_ms / 1000;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 32> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    std::array<char, 8> millis{};
    std::snprintf(millis.data(), millis.size(), ".%03dZ", static_cast<int>(unix_ms % 1000));
    return std::string(text.data(), length) + millis.data();
}

json OrderBook::products(Transaction& tx) const {
    json products = json::array();
    const soci::rowset<soci::row> rows =
        (tx.sql().prepare << "SELECT sku, name, unit_price_cents, on_hand, reserved "
                             "FROM products ORDER BY sku");
    for (const auto& row : rows) {
        const auto on_hand = row.get<long long>(3);
        const auto reserved = row.get<long long>(4);
        products.push_back({{"sku", row.get<std::string>(0)},
                            {"name", row.get<std::string>(1)},
                            {"unit_price_cents", row.get<long long>(2)},
                            {"on_hand", on_hand},
                            {"reserved", reserved},
                            {"available", on_hand - reserved}});
    }
    return {{"products", products}};
}

std::optional<json> OrderBook::order(Transaction& tx, const std::string& id) const {
    soci::row row;
    tx.sql() << "SELECT status, vehicle, zip, items_json, total_cents, reason, drop_off_latitude, "
                "drop_off_longitude, pick_up_latitude, pick_up_longitude, address FROM orders "
                "WHERE order_id = :id",
        use(id), soci::into(row);
    if (!tx.sql().got_data()) return std::nullopt;
    json order = {{"order_id", id},
                  {"status", row.get<std::string>(0)},
                  {"vehicle", text_or_null(row, 1)},
                  {"address", row.get<std::string>(10)},
                  {"zip", row.get<std::string>(2)},
                  {"items", json::parse(row.get<std::string>(3))},
                  {"total_cents", row.get<long long>(4)},
                  {"reason", text_or_null(row, 5)},
                  {"drop_off", position_to_json(row.get<double>(6), row.get<double>(7))},
                  {"pick_up", nullptr},
                  {"history", history(tx, id)}};
    if (row.get_indicator(8) == soci::i_ok) {
        order["pick_up"] = position_to_json(row.get<double>(8), row.get<double>(9));
    }
    return order;
}

json OrderBook::count_by_status(Transaction& tx) const {
    constexpr std::size_t kStatusesMax = 16;
    std::vector<std::string> statuses(kStatusesMax);
    std::vector<long long> counts(kStatusesMax);
    tx.sql() << "SELECT status, COUNT(*) FROM orders GROUP BY status ORDER BY MIN(status_rank)",
        soci::into(statuses), soci::into(counts);
    json by_status = json::object();
    for (std::size_t i = 0; i < statuses.size(); ++i) by_status[statuses[i]] = counts[i];
    return by_status;
}

}  // namespace dray::store
