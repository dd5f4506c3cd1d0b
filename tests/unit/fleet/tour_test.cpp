// The stops a vehicle makes for the orders it has taken.
#include "fleet/tour.h"

#include <gtest/gtest.h>

namespace dray {
namespace {

using fleet::Stop;
using fleet::Tour;

Stop pick_up(const char* order, double x) {
    return {.kind = Stop::Kind::kPickUp, .point = {x, 0}, .order_id = order};
}
Stop hand_over(const char* order, double x) {
    return {.kind = Stop::Kind::kHandOver, .point = {x, 0}, .order_id = order};
}
std::string order_of_stops(const Tour& tour) {
    std::string text;
    for (const Stop& stop : tour.stops)
        text += (stop.kind == Stop::Kind::kPickUp ? "+" : "-") + stop.order_id;
    return text;
}

TEST(Tour, ANewOrderIsPutWhereItLengthensTheWayLeast) {
    Tour tour;
    tour.add(pick_up("a", 100), hand_over("a", 900), {0, 0});
    EXPECT_EQ(order_of_stops(tour), "+a-a");
    tour.add(pick_up("b", 300), hand_over("b", 600), {0, 0});
    EXPECT_EQ(order_of_stops(tour), "+a+b-b-a");
    tour.add(pick_up("c", 1000), hand_over("c", 1100), {0, 0});
    EXPECT_EQ(order_of_stops(tour), "+a+b-b-a+c-c");
    EXPECT_EQ(tour.metres({0, 0}), 1100);
    EXPECT_EQ(tour.metres_to("b", {0, 0}), 600);
}

TEST(Tour, AStopThatHasBegunIsFinishedFirst) {
    Tour tour;
    tour.add(pick_up("a", 500), hand_over("a", 900), {0, 0});
    tour.standing = true;
    tour.add(pick_up("b", 100), hand_over("b", 200), {0, 0});
    EXPECT_EQ(order_of_stops(tour), "+a+b-b-a");
}

TEST(Tour, AnOrderThatIsTakenAwayTakesItsStopsAlong) {
    Tour tour;
    tour.loads = {{.order_id = "a"}, {.order_id = "b"}};
    tour.add(pick_up("a", 100), hand_over("a", 900), {0, 0});
    tour.add(pick_up("b", 300), hand_over("b", 600), {0, 0});
    EXPECT_FALSE(tour.remove("b"));
    EXPECT_EQ(order_of_stops(tour), "+a-a");
    EXPECT_TRUE(tour.remove("a"));
    EXPECT_TRUE(tour.stops.empty());
    EXPECT_TRUE(tour.loads.empty());
}

}  // namespace
}  // namespace dray
