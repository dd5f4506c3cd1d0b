// Where dispatch waits for the best bid instead of taking the first; and how fairly the orders are spread.
#include <nlohmann/json.hpp>

#include "dispatch_desk.h"
#include "services/logistics/fairness.h"

namespace dray::testing {
namespace {

constexpr std::int64_t kWindow = 2 * kSecond;

class BidWindow : public DispatchTest {
  protected:
    BidWindow() { restart(with_window()); }
    static logistics::Dispatch::Options with_window() {
        auto options = DispatchTest::options();
        options.bid_window_ms = kWindow;
        return options;
    }
};

TEST_F(BidWindow, TheSoonestWinsWhenItCloses) {
    offer("o1");
    bid("o1", "far", 1, 300);
    bid("o1", "near", 1, 60);
    bid("o1", "farther", 1, 400);
    now_ += kWindow - 1;
    tick();
    EXPECT_EQ(state("o1"), "open");
    EXPECT_EQ(command("near"), "none");
    now_ += 1;
    tick();
    EXPECT_EQ(command("near"), "deliver 1");
    EXPECT_EQ(command("far"), "lost 1");
    EXPECT_EQ(command("farther"), "lost 1");
    EXPECT_EQ(desk_.said("order/award/o1").size(), 1U);
}

TEST_F(BidWindow, OfEqualsTheFirstWins) {
    offer("o1");
    bid("o1", "z-first");
    now_ += 1;
    bid("o1", "a-second");
    now_ += kWindow;
    tick();
    EXPECT_EQ(command("z-first"), "deliver 1");
}

TEST_F(BidWindow, ARepeatedBidChangesNothing) {
    offer("o1");
    bid("o1", "v1", 1, 300);
    bid("o1", "v2", 1, 200);
    bid("o1", "v1", 1, 100);
    now_ += kWindow;
    tick();
    EXPECT_EQ(command("v2"), "deliver 1");
}

TEST_F(BidWindow, AWindowOutlivesARestart) {
    offer("o1");
    bid("o1", "v1");
    restart(with_window());
    now_ += kWindow;
    tick();
    EXPECT_EQ(command("v1"), "deliver 1");
}

TEST_F(BidWindow, ItClosesWithTheWave) {
    offer("o1", kWindow / 2);
    bid("o1", "v1");
    now_ += kWindow / 2;
    tick();
    EXPECT_EQ(command("v1"), "deliver 1");
}

TEST_F(BidWindow, WhoHasWonElsewhereMeanwhileMakesRoomForTheNext) {
    offer("o1");
    offer("o2");
    bid("o1", "near", 1, 60);
    bid("o2", "near", 1, 60);
    bid("o2", "far", 1, 300);
    now_ += kWindow;
    tick();
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM awards WHERE vehicle_id = 'near'"), 1);
    EXPECT_EQ(state("o2"), "awarded");
}

TEST_F(BidWindow, WhereNobodyCanTheSearchGoesOn) {
    offer("o1");
    offer("o2");
    bid("o1", "v1");
    bid("o2", "v1");
    now_ += kWindow;
    tick();
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM orders WHERE state = 'open' AND decide_at = 0"), 1);
    now_ += options().wave_ms;
    tick();
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM orders WHERE state = 'open' AND attempt > 0"), 1);
}

TEST_F(BidWindow, WhoHopedForACancelledOrderIsTold) {
    offer("o1");
    bid("o1", "v1");
    cancel("o1");
    EXPECT_EQ(command("v1"), "lost 1");
    now_ += kWindow;
    tick();
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM awards"), 0);
}

TEST_F(DispatchTest, FairnessCountsThoseWhoNeverWinAndHowLongOrdersWait) {
    for (const auto* vehicle : {"v1", "v2", "v3", "v4"}) report(vehicle, v1::VEHICLE_STATE_IDLE);
    for (const auto* order : {"o1", "o2", "o3"}) offer(order);
    const std::vector<std::pair<std::string, std::string>> bids = {{"o1", "v1"}, {"o2", "v2"}, {"o3", "v3"}};
    for (const auto& [order, vehicle] : bids) {
        now_ += kSecond;
        bid(order, vehicle);
    }
    nlohmann::json report;
    desk_.run([&](Transaction& tx) { report = logistics::fairness(tx); });
    EXPECT_EQ(report["vehicles"], 4);
    EXPECT_EQ(report["awards"], 3);
    EXPECT_DOUBLE_EQ(report["jain_index"].get<double>(), 0.75);
    EXPECT_EQ(report["wait_ms"]["p50"], 2 * kSecond);
    EXPECT_EQ(report["wait_ms"]["p95"], 3 * kSecond);
    EXPECT_EQ(report["awards_per_vehicle"]["v4"], 0);
}

TEST(JainIndex, IsOneForEqualsAndOneNthForOneWhoHasAll) {
    EXPECT_DOUBLE_EQ(logistics::jain_index({2, 2, 2}), 1);
    EXPECT_DOUBLE_EQ(logistics::jain_index({6, 0, 0}), 1.0 / 3);
    EXPECT_DOUBLE_EQ(logistics::jain_index({}), 1);
}

}  // namespace
}  // namespace dray::testing
