#include "services/store/order_request.h"

#include <gtest/gtest.h>

namespace dray::store {
namespace {

std::variant<OrderRequest, Problem> parse(const std::string& body) {
    return parse_order(body, [](const std::string& zip) { return zip == "60614"; });
}

struct Case {
    const char* body;
    int status;
    const char* field;
};

TEST(OrderRequest, AGoodOrderIsRead) {
    const auto parsed =
        parse(R"({"zip":"60614","items":[{"sku":"ale","quantity":2}],"card":"4242424242424242"})");
    ASSERT_TRUE(std::holds_alternative<OrderRequest>(parsed));
    const auto& order = std::get<OrderRequest>(parsed);
    EXPECT_EQ(order.zip, "60614");
    ASSERT_EQ(order.lines.size(), 1U);
    EXPECT_EQ(order.lines[0].sku, "ale");
    EXPECT_EQ(order.lines[0].quantity, 2U);
    EXPECT_EQ(order.card_token.find("4242424242"), std::string::npos);
}

TEST(OrderRequest, EveryMistakeNamesItsField) {
    const Case cases[] = {
        {"", 400, ""},
        {"{", 400, ""},
        {"[]", 400, ""},
        {"\"text\"", 400, ""},
        {"{}", 422, "zip"},
        {R"({"zip":60614})", 422, "zip"},
        {R"({"zip":"99999"})", 422, "zip"},
        {R"({"zip":"60614"})", 422, "items"},
        {R"({"zip":"60614","items":{}})", 422, "items"},
        {R"({"zip":"60614","items":[]})", 422, "items"},
        {R"({"zip":"60614","items":[1]})", 422, "items[0]"},
        {R"({"zip":"60614","items":[{}]})", 422, "items[0].sku"},
        {R"({"zip":"60614","items":[{"sku":"a"}]})", 422, "items[0].quantity"},
        {R"({"zip":"60614","items":[{"sku":"a","quantity":0}]})", 422, "items[0].quantity"},
        {R"({"zip":"60614","items":[{"sku":"a","quantity":-1}]})", 422, "items[0].quantity"},
        {R"({"zip":"60614","items":[{"sku":"a","quantity":1.5}]})", 422, "items[0].quantity"},
        {R"({"zip":"60614","items":[{"sku":"a","quantity":101}]})", 422, "items[0].quantity"},
        {R"({"zip":"60614","items":[{"sku":"a","quantity":18446744073709551615}]})", 422,
         "items[0].quantity"},
        {R"({"zip":"60614","items":[{"sku":"a","quantity":1},{"sku":"b","quantity":"1"}]})", 422,
         "items[1].quantity"},
        {R"({"zip":"60614","items":[{"sku":"a","quantity":1}]})", 422, "card"},
        {R"({"zip":"60614","items":[{"sku":"a","quantity":1}],"card":4242424242424242})", 422, "card"},
        {R"({"zip":"60614","items":[{"sku":"a","quantity":1}],"card":"4242424242424243"})", 422, "card"},
    };
    for (const auto& wrong : cases) {
        const auto parsed = parse(wrong.body);
        ASSERT_TRUE(std::holds_alternative<Problem>(parsed)) << wrong.body;
        EXPECT_EQ(std::get<Problem>(parsed).status, wrong.status) << wrong.body;
        EXPECT_EQ(std::get<Problem>(parsed).field, wrong.field) << wrong.body;
        EXPECT_FALSE(std::get<Problem>(parsed).detail.empty()) << wrong.body;
    }
}

TEST(OrderRequest, AddressAndCustomerMayBeLeftOutAndAreNoLongerThanTheirLimit) {
    const auto with = [](const std::string& member, std::size_t bytes) {
        return parse(R"({"zip":"60614","items":[{"sku":"ale","quantity":1}],"card":"4242424242424242",")" +
                     member + R"(":")" + std::string(bytes, 'a') + R"("})");
    };
    EXPECT_EQ(std::get<OrderRequest>(with("address", kAddressBytesMax)).address.size(), kAddressBytesMax);
    EXPECT_EQ(std::get<OrderRequest>(with("address", 1)).customer, "");
    EXPECT_EQ(std::get<Problem>(with("address", kAddressBytesMax + 1)).field, "address");
    EXPECT_EQ(std::get<Problem>(with("customer", kCustomerBytesMax + 1)).field, "customer");
}

TEST(OrderRequest, WhoGivesItAnIdMayAskAgain) {
    const auto with_id = [](const std::string& id) {
        return parse(
            R"({"zip":"60614","items":[{"sku":"ale","quantity":1}],"card":"4242424242424242","order_id":")" +
            id + R"("})");
    };
    const std::string id = "0a6f8b52-63a1-4a4e-9b0e-2f8f6a6d7c11";
    ASSERT_TRUE(std::holds_alternative<OrderRequest>(with_id(id)));
    EXPECT_EQ(std::get<OrderRequest>(with_id(id)).order_id, id);
    // It becomes a level of topics.
    for (const std::string bad :
         {"", "o-1", "0A6F8B52-63A1-4A4E-9B0E-2F8F6A6D7C11", "0a6f8b52/63a1-4a4e-9b0e-2f8f6a6d7c11",
          "0a6f8b52-63a1-4a4e-9b0e-2f8f6a6d7c110", "+a6f8b52-63a1-4a4e-9b0e-2f8f6a6d7c11"}) {
        const auto refused = with_id(bad);
        ASSERT_TRUE(std::holds_alternative<Problem>(refused)) << bad;
        EXPECT_EQ(std::get<Problem>(refused).field, "order_id");
    }
}

TEST(OrderRequest, TooManyItemsAreRefused) {
    std::string items;
    for (int i = 0; i < 21; ++i) items += std::string(i ? "," : "") + R"({"sku":"a","quantity":1})";
    const auto parsed = parse(R"({"zip":"60614","card":"4242424242424242","items":[)" + items + "]}");
    ASSERT_TRUE(std::holds_alternative<Problem>(parsed));
    EXPECT_EQ(std::get<Problem>(parsed).field, "items");
}

TEST(OrderRequest, AProblemIsJsonEvenWithBrokenText) {
    const auto response = to_response(Problem{422, "zip\xff", "no"});
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_NE(response.body.find("\"field\""), std::string::npos);
}

}  // namespace
}  // namespace dray::store
