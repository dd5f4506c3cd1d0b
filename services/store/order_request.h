// POST /api/orders, read into a type that cannot be wrong.
//
//   {"zip": "60614", "items": [{"sku": "amber-ale", "quantity": 1}], "card": "4242424242424242",
//    "address": "2400 N Halsted St", "customer": "ada@example.com", "order_id": "0a6f8b52-…"}
//
// address and customer may be left out; so may order_id, which lets a caller that got no answer ask again
// without ordering twice.
// The first thing that is wrong is reported as a Problem that names its field. Whether a zip or SKU exists is
// asked of the caller. The card number does not survive this function: a token of the processor takes its
// place.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "services/common/event.h"
#include "services/common/problem.h"

namespace dray::store {

using service::Problem;

constexpr std::size_t kItemsMax = 20;
constexpr std::int64_t kQuantityMax = 100;
constexpr std::size_t kAddressBytesMax = 200;
constexpr std::size_t kCustomerBytesMax = 200;

struct OrderLine {
    std::string sku;
    std::uint32_t quantity;
};

struct OrderRequest {
    std::string zip;
    std::vector<OrderLine> lines;
    std::string card_token;
    std::string address = {};
    std::string customer = {};
    // Given once: to place the same request again changes nothing.
    std::string order_id = service::new_uuid();
};

std::variant<OrderRequest, Problem> parse_order(const std::string& body,
                                                const std::function<bool(const std::string&)>& zip_exists);

}  // namespace dray::store
