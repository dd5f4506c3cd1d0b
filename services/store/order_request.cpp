#include "services/store/order_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "services/common/card_token.h"

namespace dray::store {
namespace {

using service::kMalformed;
using service::kUnprocessable;

using nlohmann::json;

constexpr std::string_view kUuidForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

// Throws Problem; parse_order turns it into a value.
const json& member(const json& object, const std::string& name, const std::string& field) {
    const auto found = object.find(name);
    if (found == object.end()) throw Problem{kUnprocessable, field, "is missing"};
    return *found;
}

std::string text_member(const json& object, const std::string& name, const std::string& field) {
    const auto& value = member(object, name, field);
    if (!value.is_string()) throw Problem{kUnprocessable, field, "must be a string"};
    return value.get<std::string>();
}

// Empty where it is left out.
std::string optional_text(const json& object, const std::string& name, std::size_t bytes_max) {
    if (!object.contains(name)) return {};
    auto text = text_member(object, name, name);
    if (text.size() <= bytes_max) return text;
    throw Problem{kUnprocessable, name, "must be no longer than " + std::to_string(bytes_max) + " bytes"};
}

bool is_uuid(std::string_view text) {
    return std::equal(text.begin(), text.end(), kUuidForm.begin(), kUuidForm.end(), [](char got, char form) {
        return form == 'x' ? std::string_view("0123456789abcdef").find(got) != std::string_view::npos
                           : got == form;
    });
}

OrderLine parse_line(const json& item, const std::string& field) {
    if (!item.is_object()) throw Problem{kUnprocessable, field, "must be an object with sku and quantity"};
    OrderLine line{.sku = text_member(item, "sku", field + ".sku"), .quantity = 0};
    const auto& quantity = member(item, "quantity", field + ".quantity");
    const auto wanted = quantity.is_number_integer() ? quantity.get<std::int64_t>() : 0;
    if (wanted < 1 || wanted > kQuantityMax) {
        throw Problem{kUnprocessable, field + ".quantity",
                      "must be a whole number from 1 to " + std::to_string(kQuantityMax)};
    }
    line.quantity = static_cast<std::uint32_t>(wanted);
    return line;
}

OrderRequest parse(const json& order, const std::function<bool(const std::string&)>& zip_exists) {
    if (!order.is_object()) throw Problem{kMalformed, "", "the body must be a JSON object"};
    OrderRequest request{.zip = text_member(order, "zip", "zip"), .lines = {}, .card_token = {}};
    if (!zip_exists(request.zip)) throw Problem{kUnprocessable, "zip", "we do not deliver to this zip code"};
    const auto& items = member(order, "items", "items");
    if (!items.is_array() || items.empty() || items.size() > kItemsMax) {
        throw Problem{kUnprocessable, "items",
                      "must be a list of 1 to " + std::to_string(kItemsMax) + " items"};
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        request.lines.push_back(parse_line(items[i], "items[" + std::to_string(i) + "]"));
    }
    const auto card = text_member(order, "card", "card");
    if (!service::is_card_number(card)) throw Problem{kUnprocessable, "card", "is not a valid card number"};
    request.card_token = service::tokenize_card(card);
    request.address = optional_text(order, "address", kAddressBytesMax);
    request.customer = optional_text(order, "customer", kCustomerBytesMax);
    if (!order.contains("order_id")) return request;
    request.order_id = text_member(order, "order_id", "order_id");
    if (!is_uuid(request.order_id)) throw Problem{kUnprocessable, "order_id", "must be a UUID in lower case"};
    return request;
}

}  // namespace

std::variant<OrderRequest, Problem> parse_order(const std::string& body,
                                                const std::function<bool(const std::string&)>& zip_exists) {
    try {
        return parse(json::parse(body), zip_exists);
    } catch (const json::parse_error& error) {
        return Problem{kMalformed, "", "the body is not JSON: byte " + std::to_string(error.byte)};
    } catch (const Problem& problem) {
        return problem;
    }
}

}  // namespace dray::store
