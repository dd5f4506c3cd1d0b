#include "services/store/order_book.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "desk.h"
#include "services/store/static_files.h"

namespace dray::testing {
namespace {

using service::Transaction;

class OrderBookTest : public ::testing::Test {
  protected:
    OrderBookTest() {
        auto ale = event_of<v1::StockLevel>("");
        ale.set_sku("ale");
        ale.set_name("Ale");
        ale.set_unit_price_cents(500);
        ale.set_on_hand(9);
        ale.set_reserved(2);
        desk_.run([&](Transaction& tx) { book_.stock(tx, ale); });
    }

    std::string place() {
        std::string id;
        desk_.run([&](Transaction& tx) {
            id = std::get<std::string>(
                book_.place(tx, {.zip = "10001", .lines = {{"ale", 3}}, .card_token = "tok_4242_x"}));
        });
        return id;
    }
    template <class Event>
    void happens(const std::string& id, void (store::OrderBook::*handler)(Transaction&, const Event&) const) {
        desk_.deliver<Event>(event_of<Event>(id),
                             [&](Transaction& tx, const Event& event) { (book_.*handler)(tx, event); });
    }
    nlohmann::json show(const std::string& id) {
        nlohmann::json shown;
        desk_.run([&](Transaction& tx) { shown = book_.order(tx, id).value_or(nullptr); });
        return shown;
    }
    void ask_again() {
        desk_.run([&](Transaction& tx) { book_.ask_again(tx); });
    }

    service::ZipMap town_ = little_town();
    Desk desk_{"dray-store", store::migrations()};
    store::OrderBook book_{{.ask_again_ms = 0}, town_};
};

TEST_F(OrderBookTest, APlacedOrderIsProcessingAndAnnouncedWithItsPrice) {
    const auto id = place();
    EXPECT_EQ(show(id)["status"], "processing");
    EXPECT_EQ(show(id)["total_cents"], 1500);
    EXPECT_TRUE(show(id)["vehicle"].is_null());
    ASSERT_EQ(desk_.said("order/new/10001/" + id).size(), 1U);
    const auto placed = desk_.said()[0].as<v1::OrderPlaced>();
    EXPECT_EQ(placed.items(0).unit_price_cents(), 500);
    EXPECT_EQ(placed.drop_off().latitude(), 41.80);
}

TEST_F(OrderBookTest, TheSameRequestPlacedAgainIsTheSameOrder) {
    const store::OrderRequest request{.zip = "10001", .lines = {{"ale", 1}}, .card_token = "t"};
    for (int i = 0; i < 2; ++i) {
        desk_.run([&](Transaction& tx) {
            EXPECT_EQ(std::get<std::string>(book_.place(tx, request)), request.order_id);
        });
    }
    EXPECT_EQ(desk_.said("order/new/10001/+").size(), 1U);
}

TEST_F(OrderBookTest, AnUnknownSkuIsAProblemOfItsField) {
    desk_.run([&](Transaction& tx) {
        const auto placed =
            book_.place(tx, {.zip = "10001", .lines = {{"ale", 1}, {"tea", 1}}, .card_token = "t"});
        ASSERT_TRUE(std::holds_alternative<store::Problem>(placed));
        EXPECT_EQ(std::get<store::Problem>(placed).field, "items[1].sku");
    });
    EXPECT_TRUE(desk_.said().empty());
}

TEST_F(OrderBookTest, AnAddressIsAlwaysTheSameDoorAndNobodyElseReadsIt) {
    const auto door_of = [&](const std::string& key) {
        const auto door = service::ZipMap::door(*town_.find("10001"), key);
        return nlohmann::json{{"latitude", door.latitude()}, {"longitude", door.longitude()}};
    };
    for (const std::string address :
         {"", "1 N Halsted St", "1 N Halsted St", "3 N Halsted St", "5 N Halsted St", "7 N Halsted St",
          "9 N Halsted St", "11 N Halsted St"}) {
        const store::OrderRequest request{
            .zip = "10001", .lines = {{"ale", 1}}, .card_token = "t", .address = address};
        desk_.run([&](Transaction& tx) { book_.place(tx, request); });
        const auto order = show(request.order_id);
        EXPECT_EQ(order["address"], address);
        EXPECT_EQ(order["drop_off"], door_of(address.empty() ? request.order_id : address));
        const auto said = desk_.said("order/new/10001/" + request.order_id);
        EXPECT_EQ(said.at(0).payload.find("Halsted"), std::string::npos);
    }
}

TEST_F(OrderBookTest, TheStatusOnlyMovesForward) {
    const auto id = place();
    happens<v1::PaymentTaken>(id, &store::OrderBook::paid);
    happens<v1::OrderReserved>(id, &store::OrderBook::reserved);  // late
    EXPECT_EQ(show(id)["status"], "paid");
    happens<v1::OrderDelivered>(id, &store::OrderBook::delivered);
    happens<v1::OrderCancelled>(id, &store::OrderBook::cancelled);  // too late
    EXPECT_EQ(show(id)["status"], "delivered");
    EXPECT_TRUE(show(id)["reason"].is_null());
    EXPECT_EQ(show(id)["history"].size(), 3U);
}

TEST_F(OrderBookTest, ANewEpochChangesTheVehicleAndAnOldOneDoesNot) {
    const auto id = place();
    for (const std::uint32_t epoch : {1U, 3U, 2U}) {
        auto award = event_of<v1::Award>(id);
        award.set_epoch(epoch);
        award.set_vehicle_id("v" + std::to_string(epoch));
        desk_.run([&](Transaction& tx) { book_.awarded(tx, award); });
    }
    EXPECT_EQ(show(id)["status"], "awarded");
    EXPECT_EQ(show(id)["vehicle"], "v3");
}

TEST_F(OrderBookTest, ARejectedOrderSaysWhy) {
    const auto id = place();
    auto rejected = event_of<v1::OrderRejected>(id);
    rejected.set_reason("not enough Ale in stock");
    desk_.run([&](Transaction& tx) { book_.rejected(tx, rejected); });
    EXPECT_EQ(show(id)["status"], "cancelled");
    EXPECT_EQ(show(id)["reason"], "not enough Ale in stock");
}

TEST_F(OrderBookTest, AnUnknownOrderIsNotThere) {
    EXPECT_TRUE(show("nobody").is_null());
    happens<v1::PaymentTaken>("nobody", &store::OrderBook::paid);
    EXPECT_TRUE(show("nobody").is_null());
}

TEST_F(OrderBookTest, ASilentOrderIsAskedAboutAndAFinishedOneIsNot) {
    const auto id = place();
    desk_.broker_has_everything();
    ask_again();
    ASSERT_EQ(desk_.said("order/new/+/" + id).size(), 1U);
    desk_.broker_has_everything();
    happens<v1::OrderDelivered>(id, &store::OrderBook::delivered);
    ask_again();
    EXPECT_TRUE(desk_.said().empty());
}

TEST_F(OrderBookTest, ProductsShowWhatIsFree) {
    desk_.run([&](Transaction& tx) {
        const auto products = book_.products(tx)["products"];
        ASSERT_EQ(products.size(), 1U);
        EXPECT_EQ(products[0]["available"], 7);
        EXPECT_EQ(products[0]["unit_price_cents"], 500);
    });
}

TEST(StaticFiles, ServeOnlyWhatIsInTheFolder) {
    const auto folder = std::filesystem::temp_directory_path() / ("dray-web-" + service::new_uuid());
    std::filesystem::create_directories(folder / "assets");
    std::ofstream(folder / "index.html") << "<p>hello</p>";
    std::ofstream(folder / "assets/page.js") << "1";
    std::filesystem::create_directories(folder / "fleet");
    std::ofstream(folder / "fleet/index.html") << "<p>vehicles</p>";
    store::StaticFiles files("default-src 'none'");
    files.add_folder("/", folder);
    const auto get = [&](const std::string& path, const std::string& etag = "") {
        return files.get({.method = "GET", .path = path, .query = "", .if_none_match = etag, .body = ""});
    };
    EXPECT_EQ(get("/").body, "<p>hello</p>");
    EXPECT_EQ(get("/fleet/").body, "<p>vehicles</p>");
    EXPECT_EQ(get("/").content_type, "text/html; charset=utf-8");
    EXPECT_EQ(get("/fleet/").headers.back(),
              (std::pair<std::string, std::string>("Content-Security-Policy", "default-src 'none'")));
    EXPECT_EQ(get("/assets/page.js").content_type, "text/javascript; charset=utf-8");
    EXPECT_EQ(get("/assets/page.js", get("/assets/page.js").headers[0].second).status, 304);
    for (const auto* path : {"/../etc/passwd", "/assets/../../etc/passwd", "/assets", "", "//etc/passwd"}) {
        EXPECT_EQ(get(path).status, 404) << path;
    }
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace dray::testing
