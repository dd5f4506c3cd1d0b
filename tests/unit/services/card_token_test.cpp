#include "services/common/card_token.h"

#include <gtest/gtest.h>

#include "services/billing/cashier.h"

namespace dray {
namespace {

TEST(CardToken, ANumberWithARightCheckDigitIsACard) {
    EXPECT_TRUE(service::is_card_number("4242424242424242"));
    EXPECT_TRUE(service::is_card_number("4242 4242 4242 4242"));
    EXPECT_TRUE(service::is_card_number("4000-0000-0000-0002"));
}

TEST(CardToken, AMistypedShortOrStrangeNumberIsNone) {
    for (const auto* text :
         {"4242424242424241", "0", "", "42424242424", "4242x42424242424", "00000000000000000000"}) {
        EXPECT_FALSE(service::is_card_number(text)) << text;
    }
}

TEST(CardToken, ATokenDoesNotHoldTheNumberAndIsNewEachTime) {
    const auto token = service::tokenize_card("4242 4242 4242 4242");
    EXPECT_EQ(token.find("42424242"), std::string::npos);
    EXPECT_NE(token, service::tokenize_card("4242 4242 4242 4242"));
}

TEST(CardToken, OnlyTheSandboxCardIsAlwaysDeclined) {
    EXPECT_TRUE(service::is_declined_token(service::tokenize_card("4000000000000002")));
    EXPECT_FALSE(service::is_declined_token(service::tokenize_card("4242424242424242")));
}

TEST(Cashier, TheSameOrderAlwaysGetsTheSameAnswer) {
    const billing::Cashier cashier({.decline_percent = 50, .seed = 7});
    int declined = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto order = "order-" + std::to_string(i);
        const auto answer = cashier.refusal(order, "tok_4242_x");
        EXPECT_EQ(answer, cashier.refusal(order, "tok_4242_y"));
        if (!answer.empty()) ++declined;
    }
    EXPECT_NEAR(declined, 500, 100);
}

TEST(Cashier, NoGoodCardIsDeclinedUnlessAskedFor) {
    const billing::Cashier cashier({.decline_percent = 0, .seed = 7});
    for (int i = 0; i < 100; ++i) EXPECT_EQ(cashier.refusal(std::to_string(i), "tok_4242_x"), "");
}

}  // namespace
}  // namespace dray
