#include "services/inventory/stock.h"

#include <gtest/gtest.h>

#include "desk.h"
#include "dray/v1/dispatch.pb.h"
#include "services/billing/cashier.h"

namespace dray::testing {
namespace {

using service::Transaction;

class StockTest : public ::testing::Test {
  protected:
    StockTest() {
        desk_.run([&](Transaction& tx) { stock_.fill_shelves(tx); });
    }

    static v1::OrderPlaced order(const std::string& id, std::uint32_t quantity) {
        auto placed = event_of<v1::OrderPlaced>(id);
        placed.set_zip("10001");
        auto& item = *placed.add_items();
        item.set_sku("hazy-ipa");
        item.set_quantity(quantity);
        return placed;
    }
    void place(const v1::OrderPlaced& placed) {
        desk_.deliver<v1::OrderPlaced>(placed, [&](Transaction& tx, const auto& e) { stock_.placed(tx, e); });
    }
    void pack(const std::string& id) {
        desk_.deliver<v1::OrderPacked>(event_of<v1::OrderPacked>(id),
                                       [&](Transaction& tx, const auto& e) { stock_.packed(tx, e); });
    }
    void ask_to_cancel(const std::string& id) {
        desk_.deliver<v1::CancelOrder>(event_of<v1::CancelOrder>(id),
                                       [&](Transaction& tx, const auto& e) { stock_.cancel(tx, e); });
    }
    void decline(const std::string& id) {
        desk_.deliver<v1::PaymentDeclined>(event_of<v1::PaymentDeclined>(id),
                                           [&](Transaction& tx, const auto& e) { stock_.declined(tx, e); });
    }
    void deliver(const std::string& id) {
        desk_.deliver<v1::OrderDelivered>(event_of<v1::OrderDelivered>(id),
                                          [&](Transaction& tx, const auto& e) { stock_.delivered(tx, e); });
    }
    void cancel(const std::string& id) {
        desk_.deliver<v1::OrderCancelled>(event_of<v1::OrderCancelled>(id),
                                          [&](Transaction& tx, const auto& e) { stock_.cancelled(tx, e); });
    }
    std::string stock() {
        return std::to_string(desk_.count("SELECT on_hand FROM products WHERE sku = 'hazy-ipa'")) + "/" +
               std::to_string(desk_.count("SELECT reserved FROM products WHERE sku = 'hazy-ipa'"));
    }

    Desk desk_{"dray-inventory", inventory::kSchema};
    inventory::Stock stock_{{.initial_on_hand = 10, .offer_seconds = 5, .warehouse = {}}};
};

TEST_F(StockTest, AnOrderIsReservedOfferedAndLeaves) {
    place(order("o1", 3));
    EXPECT_EQ(desk_.said().back().topic, "order/reserved/o1");
    EXPECT_EQ(stock(), "10/3");
    pack("o1");
    EXPECT_EQ(desk_.said().back().topic, "order/ship/10001/o1");
    const auto offer = desk_.said().back().as<v1::ShipmentOffer>();
    EXPECT_EQ(offer.epoch(), 1U);
    EXPECT_GT(offer.expires_at_ms(), service::now_ms());
    deliver("o1");
    EXPECT_EQ(stock(), "7/0");
}

TEST_F(StockTest, TheSameProductTwiceInOneOrderCountsTwice) {
    auto placed = order("o1", 3);
    *placed.add_items() = placed.items(0);
    place(placed);
    EXPECT_EQ(stock(), "10/6");
    decline("o1");
    EXPECT_EQ(stock(), "10/0");
}

TEST_F(StockTest, WhatIsNotThereIsRejectedWithAReason) {
    place(order("o1", 8));
    place(order("o2", 3));
    ASSERT_EQ(desk_.said().back().topic, "order/rejected/o2");
    EXPECT_EQ(desk_.said().back().as<v1::OrderRejected>().reason(),
              "not enough Hazy IPA, 4 x 16 oz in stock");
    EXPECT_EQ(stock(), "10/8");
}

TEST_F(StockTest, ADeclinedCardUndoesTheReservation) {
    place(order("o1", 3));
    decline("o1");
    EXPECT_EQ(desk_.said().back().topic, "order/cancelled/o1");
    EXPECT_EQ(stock(), "10/0");
}

TEST_F(StockTest, ACancelledShipmentGoesBackOnTheShelfOnce) {
    place(order("o1", 3));
    pack("o1");
    cancel("o1");
    cancel("o1");
    deliver("o1");
    EXPECT_EQ(stock(), "10/0");
}

TEST_F(StockTest, AnOrderCancelledBeforeItCameIsNotReserved) {
    cancel("o1");
    place(order("o1", 3));
    EXPECT_EQ(stock(), "10/0");
    EXPECT_TRUE(desk_.said().empty());
}

TEST_F(StockTest, ChangedStockIsPublishedRetainedAndOnlyOnce) {
    desk_.run([&](Transaction& tx) { stock_.publish_changes(tx); });
    EXPECT_EQ(desk_.said("data/inventory/+").size(), inventory::catalogue().size());
    place(order("o1", 3));
    desk_.run([&](Transaction& tx) { stock_.publish_changes(tx); });
    desk_.run([&](Transaction& tx) { stock_.publish_changes(tx); });
    ASSERT_EQ(desk_.said("data/inventory/+").size(), inventory::catalogue().size() + 1);
    EXPECT_EQ(desk_.said().back().as<v1::StockLevel>().reserved(), 3U);
}

TEST_F(StockTest, ACustomerWhoCancelsBeforeTheOfferIsObeyedAndTold) {
    place(order("o1", 3));
    ask_to_cancel("o1");
    ask_to_cancel("o1");
    pack("o1");
    EXPECT_EQ(stock(), "10/0");
    EXPECT_EQ(desk_.said("order/cancelled/o1").size(), 1U);
    EXPECT_TRUE(desk_.said("order/ship/+/+").empty());
}

TEST_F(StockTest, AnOrderThatIsCancelledBeforeItComesEndsOnce) {
    ask_to_cancel("o1");
    place(order("o1", 3));
    EXPECT_EQ(stock(), "10/0");
    EXPECT_EQ(desk_.said().size(), 1U);
    EXPECT_EQ(desk_.said()[0].topic, "order/cancelled/o1");
}

TEST_F(StockTest, OnceItIsOfferedLogisticsDecidesWhetherItIsCancelled) {
    place(order("o1", 3));
    pack("o1");
    ask_to_cancel("o1");
    EXPECT_EQ(stock(), "10/3");
    EXPECT_TRUE(desk_.said("order/cancelled/+").empty());
}

class CashierTest : public ::testing::Test {
  protected:
    void reserve(const std::string& token) {
        auto reserved = event_of<v1::OrderReserved>("o1");
        reserved.set_card_token(token);
        reserved.set_total_cents(1234);
        desk_.deliver<v1::OrderReserved>(reserved,
                                         [&](Transaction& tx, const auto& e) { cashier_.reserved(tx, e); });
    }
    void cancel() {
        desk_.deliver<v1::OrderCancelled>(event_of<v1::OrderCancelled>("o1"),
                                          [&](Transaction& tx, const auto& e) { cashier_.cancelled(tx, e); });
    }
    Desk desk_{"dray-billing", billing::kSchema};
    billing::Cashier cashier_{{.decline_percent = 0, .seed = 1}};
};

TEST_F(CashierTest, MoneyTakenIsRefundedOnceWhenTheOrderIsCancelled) {
    reserve("tok_4242_x");
    EXPECT_EQ(desk_.said().back().as<v1::PaymentTaken>().amount_cents(), 1234);
    cancel();
    cancel();
    EXPECT_EQ(desk_.said("payment/refunded/+").size(), 1U);
    EXPECT_EQ(desk_.said().back().as<v1::PaymentRefunded>().amount_cents(), 1234);
}

TEST_F(CashierTest, NothingIsRefundedAfterADeclinedCard) {
    reserve("tok_declined_x");
    EXPECT_EQ(desk_.said().back().topic, "payment/declined/o1");
    cancel();
    EXPECT_EQ(desk_.said().size(), 1U);
}

TEST_F(CashierTest, AnOrderCancelledBeforeItCameIsNotCharged) {
    cancel();
    reserve("tok_4242_x");
    EXPECT_TRUE(desk_.said().empty());
}

}  // namespace
}  // namespace dray::testing
